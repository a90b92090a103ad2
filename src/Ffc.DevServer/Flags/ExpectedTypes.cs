namespace Ffc.DevServer.Flags;

/// <summary>What the members of flags and segments must be, in words, for error messages.</summary>
internal static class ExpectedTypes
{
    private const string Boolean = "true or false";
    private const string Text = "a text";
    private const string Array = "an array of objects";

    private static readonly Dictionary<string, string> ByMember = new(StringComparer.OrdinalIgnoreCase)
    {
        ["id"] = Text,
        ["name"] = Text,
        ["keyName"] = Text,
        ["key"] = Text,
        ["keyId"] = Text,
        ["property"] = Text,
        ["operation"] = Text,
        ["op"] = Text,
        ["value"] = "a text; write numbers and arrays as text, too, such as \"18\" or \"[\\\"pro\\\", \\\"team\\\"]\"",
        ["variationValue"] = "a text; write other values as text, too, such as \"true\" or \"5\"",
        ["variationId"] = Text,
        ["disabledVariationId"] = Text,
        ["dispatchKey"] = "a text or null",
        ["prerequisiteFeatureFlagId"] = Text,
        ["status"] = "\"Enabled\" or \"Disabled\"",
        ["variationType"] = "\"boolean\", \"string\", \"number\" or \"json\"",
        ["timestamp"] = "a whole number: Unix time in milliseconds",
        ["updatedAt"] = "a text with a date and time, such as \"2026-01-31T12:00:00Z\"",
        ["localId"] = "a whole number",
        ["exptRollout"] = "a number from 0 to 1",
        ["rolloutPercentage"] = "an array of two numbers from 0 to 1, such as [0, 0.5]",
        ["rollout"] = "an array of two numbers from 0 to 1, such as [0, 0.5]",
        ["isArchived"] = Boolean,
        ["isEnabled"] = Boolean,
        ["isIncludedInExpt"] = Boolean,
        ["includedInExpt"] = Boolean,
        ["isDefaultRulePercentageRolloutsIncludedInExpt"] = Boolean,
        ["exptIncludeAllRules"] = Boolean,
        ["exptIncludeAllTargets"] = Boolean,
        ["ff"] = "an object",
        ["fallthrough"] = "an object",
        ["valueOption"] = "an object with localId and variationValue",
        ["variationOptionWhenDisabled"] = "an object with localId and variationValue",
        ["valueOptionsVariationValue"] = "an object with localId and variationValue",
        ["ffp"] = Array,
        ["fftuwmtr"] = Array,
        ["targetIndividuals"] = Array,
        ["individuals"] = Array,
        ["variationOptions"] = Array,
        ["defaultRulePercentageRollouts"] = Array,
        ["valueOptionsVariationRuleValues"] = Array,
        ["ruleJsonContent"] = Array,
        ["rules"] = Array,
        ["conditions"] = Array,
        ["variations"] = Array,
        ["targetUsers"] = Array,
        ["keyIds"] = "an array of texts",
        ["included"] = "an array of texts",
        ["excluded"] = "an array of texts",
    };

    // The errors of the compilers of both servers.
    private static readonly Dictionary<string, string> ByError = new(StringComparer.Ordinal)
    {
        ["it has no ff"] = "\"ff\": { \"keyName\": \"the key\", … }",
        ["it has no keyName"] = "\"keyName\": \"the key\" in ff",
        ["it has no key"] = "\"key\": \"the key\"",
        ["it has no fallthrough"] = "\"fallthrough\": { \"variations\": [{ \"id\": \"of a variation\", \"rollout\": [0, 1] }] }",
        ["a prerequisite has no flag id"] = "\"prerequisiteFeatureFlagId\": \"the id of the other flag\" in ffp",
        ["a variation has no localId"] = "\"localId\": 1 beside \"variationValue\"",
        ["a variation has no value"] = "\"variationValue\": \"the value as text\" beside \"localId\"",
        ["a rollout has no range of two percentages"] = "the start and the end of the share, such as [0, 0.5]",
    };

    /// <summary>Adds what is expected to an error of a compiler.</summary>
    public static string Explain(string compileError) =>
        ByError.TryGetValue(compileError, out var expected) ? $"{compileError}; expected {expected}" : compileError;

    /// <summary>Returns what a member must be; null if it is unknown.</summary>
    /// <param name="path">The path of the member, such as <c>ff.status</c> or <c>rules[0].name</c>.</param>
    public static string? Find(string path) => ByMember.GetValueOrDefault(path.Split('.')[^1].Split('[')[0]);
}
