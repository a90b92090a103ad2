using System.Diagnostics.CodeAnalysis;

namespace Ffc.Sdk.Evaluation;

/// <summary>
/// Names the types of most flags. Nothing calls it. ReadyToRun compiles generic methods for a type ahead of time only if an
/// assembly of their own uses them with it: without this class, the first flag of each type waits for 25 methods.
/// </summary>
[ExcludeFromCodeCoverage]
internal static class UsualTypes
{
    public static void Evaluate(FfcClient client, FfcUser user)
    {
        Evaluate(client, user, false);
        Evaluate(client, user, 0);
        Evaluate(client, user, 0L);
        Evaluate(client, user, 0.0);
    }

    private static void Evaluate<T>(FfcClient client, FfcUser user, T defaultValue)
    {
        client.Variation("", user, defaultValue);
        client.VariationDetail("", user, defaultValue);
    }
}
