namespace Ffc.Sdk.Insights;

/// <summary>
/// When a server that failed may be asked again. Until then batches go to the outbox at once, instead of waiting in memory for
/// requests that are bound to fail. It grows with each failure, up to a minute, and is never shorter than the server asked for.
/// </summary>
internal sealed class ServerPause(TimeProvider clock, Random random)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    // What a server asks for in error must not end the delivery for good.
    private static readonly TimeSpan LongestAskedFor = TimeSpan.FromHours(1);

    private readonly Lock _changing = new();
    private int _failures;
    private DateTimeOffset _until = DateTimeOffset.MinValue;

    public bool IsOver
    {
        get
        {
            lock (_changing)
                return clock.GetUtcNow() >= _until;
        }
    }

    public void Succeeded()
    {
        lock (_changing)
            (_failures, _until) = (0, DateTimeOffset.MinValue);
    }

    /// <summary>A batch did not get through.</summary>
    /// <param name="retryAfter">How long the server wants to be left alone, where it said so.</param>
    public void Failed(TimeSpan? retryAfter)
    {
        lock (_changing)
        {
            var now = clock.GetUtcNow();
            var askedFor = retryAfter ?? TimeSpan.Zero;
            var until = now + (askedFor < LongestAskedFor ? askedFor : LongestAskedFor);

            // Requests that were under way together fail together: that is one failure.
            if (now >= _until)
            {
                var bound = Math.Min(First.TotalSeconds * Math.Pow(2, _failures), Longest.TotalSeconds);
                _failures = Math.Min(_failures + 1, 30);
                _until = now + TimeSpan.FromSeconds((bound / 2) + (random.NextDouble() * bound / 2));
            }

            _until = until > _until ? until : _until;
        }
    }
}
