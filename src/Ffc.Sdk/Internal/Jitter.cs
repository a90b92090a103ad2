namespace Ffc.Sdk.Internal;

/// <summary>Varies intervals at random, so that instances that started together do not call the server together.</summary>
internal static class Jitter
{
    private const double Part = 0.2;

    /// <summary>An interval that is up to 20 % shorter or longer.</summary>
    public static TimeSpan Around(TimeSpan interval, Random random) =>
        interval * (1 - Part + (random.NextDouble() * 2 * Part));
}
