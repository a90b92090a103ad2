namespace Ffc.Sdk.Tests.Architecture;

internal static class Rule
{
    /// <summary>Fails when there are offenders. Unlike <c>Assert.Empty</c>, it lists them all.</summary>
    public static void HasNoOffenders(IEnumerable<string> offenders)
    {
        List<string> list = [.. offenders];
        if (list.Count > 0)
            Assert.Fail($"{list.Count} break the rule:{Environment.NewLine}{string.Join(Environment.NewLine, list)}");
    }
}
