namespace Ffc.DevServer.Insights;

/// <summary>Counts the evaluations of each flag and value for each second of the last ten minutes. Thread-safe.</summary>
internal sealed class EvaluationCounts(TimeProvider timeProvider)
{
    /// <summary>The time after which evaluations are forgotten.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    // A limit, because the values come from clients.
    private const int MaxSeries = 10_000;

    private readonly Lock _lock = new();

    // Guarded by _lock. For each second, the number of evaluations.
    private readonly Dictionary<(string FlagKey, string Value), Dictionary<long, long>> _series = [];

    // Guarded by _lock. The second at which old evaluations were forgotten last: each time, all series are read.
    private long _forgotten;

    private long Now => timeProvider.GetUtcNow().ToUnixTimeSeconds();

    private static long WindowSeconds => (long)Window.TotalSeconds;

    /// <summary>
    /// Adds evaluations at the time of the client, because clients send them in batches. A time that is not within the window
    /// is replaced by the present.
    /// </summary>
    public void Add(IEnumerable<EvaluationView> evaluations)
    {
        var list = evaluations.ToList();
        lock (_lock)
        {
            var now = Now;
            foreach (var (flagKey, value, _, time) in list)
            {
                var key = (InsightsLog.Cut(flagKey), InsightsLog.Cut(value));
                if (!_series.TryGetValue(key, out var counts))
                {
                    if (_series.Count == MaxSeries)
                        ForgetNeedsLock(now);
                    if (_series.Count == MaxSeries)
                        continue;
                    _series.Add(key, counts = []);
                }

                var second = time?.ToUnixTimeSeconds() is { } sent && sent > now - WindowSeconds && sent <= now ? sent : now;
                counts[second] = counts.GetValueOrDefault(second) + 1;
            }
        }
    }

    /// <summary>Returns the counts of the last intervals, in the order of flag keys and values.</summary>
    /// <param name="flagKey">The key of the flag; null for all flags.</param>
    /// <param name="interval">The length of an interval: whole seconds.</param>
    /// <param name="count">The number of intervals.</param>
    public IReadOnlyList<EvaluationSeries> Read(string? flagKey, TimeSpan interval, int count)
    {
        var shownKey = flagKey is null ? null : InsightsLog.Cut(flagKey);
        List<EvaluationSeries> series;
        lock (_lock)
        {
            var now = Now;
            ForgetNeedsLock(now);
            series =
            [
                .. from item in _series
                   where shownKey is null || item.Key.FlagKey == shownKey
                   select new EvaluationSeries(
                       item.Key.FlagKey, item.Key.Value, Sum(item.Value, now, (long)interval.TotalSeconds, count)),
            ];
        }

        return
        [
            .. series.OrderBy(item => item.FlagKey, StringComparer.Ordinal).ThenBy(item => item.Value, StringComparer.Ordinal),
        ];
    }

    public void Clear()
    {
        lock (_lock)
            _series.Clear();
    }

    // The intervals are aligned to the clock, so that the sums of past intervals do not change from one call to the next.
    private static long[] Sum(Dictionary<long, long> counts, long now, long interval, int count)
    {
        var sums = new long[count];
        foreach (var (second, value) in counts)
        {
            var index = count - 1 - (now / interval - second / interval);
            if (index >= 0 && index < count)
                sums[index] += value;
        }

        return sums;
    }

    private void ForgetNeedsLock(long now)
    {
        if (now == _forgotten)
            return;

        _forgotten = now;
        foreach (var (key, counts) in _series)
        {
            foreach (var second in counts.Keys.Where(second => second <= now - WindowSeconds))
                counts.Remove(second);
            if (counts.Count == 0)
                _series.Remove(key);
        }
    }
}
