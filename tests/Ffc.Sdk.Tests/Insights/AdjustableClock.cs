using Microsoft.Extensions.Time.Testing;

namespace Ffc.Sdk.Tests.Insights;

/// <summary>A fake clock whose date can be set without an effect on timers and timestamps.</summary>
internal sealed class AdjustableClock() : FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56))
{
    /// <summary>The difference between the date and the time that has passed.</summary>
    public TimeSpan Offset { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;

    public override long GetTimestamp() => base.GetUtcNow().Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;
}
