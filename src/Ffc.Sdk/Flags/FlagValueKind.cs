using System.Text.Json;

namespace Ffc.Sdk.Flags;

/// <summary>The type of a flag's values, from the narrowest to the widest.</summary>
internal enum FlagValueKind
{
    Boolean,
    Number,

    /// <summary>A JSON object or array.</summary>
    Json,
    String,
}

/// <summary>Finds the type of a flag's values, because FFC flags do not declare a type.</summary>
internal static class FlagValueKinds
{
    /// <summary>The narrowest type that fits all variations.</summary>
    public static FlagValueKind NarrowestOf(IReadOnlyCollection<Variation> variations) =>
        variations.All(variation => variation.TryRead<bool>(out _)) ? FlagValueKind.Boolean
        : variations.All(variation => variation.TryRead<double>(out _)) ? FlagValueKind.Number
        : variations.All(variation => IsObjectOrArray(variation.Text)) ? FlagValueKind.Json
        : FlagValueKind.String;

    private static bool IsObjectOrArray(string text)
    {
        // Most texts are neither. This check avoids the parser and its exception.
        if (text.AsSpan().TrimStart(" \t\r\n") is not ['{' or '[', ..])
            return false;

        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
