using System.Text;
using System.Text.Json;

namespace Ffc.Sdk.Flags;

/// <summary>The type of a flag's values, from the narrowest to the widest.</summary>
internal enum FlagValueKind
{
    Boolean,
    Number,

    /// <summary>A JSON value; in FFC, an object or array.</summary>
    Json,
    String,
}

/// <summary>Finds the type of a flag's values. FeatBit flags declare a type; FFC flags do not.</summary>
internal static class FlagValueKinds
{
    /// <summary>The narrowest type that fits all variations.</summary>
    public static FlagValueKind NarrowestOf(IReadOnlyCollection<Variation> variations) =>
        variations.All(variation => variation.TryRead<bool>(out _)) ? FlagValueKind.Boolean
        : variations.All(variation => variation.TryRead<double>(out _)) ? FlagValueKind.Number
        : variations.All(variation => IsObjectOrArray(variation.Text)) ? FlagValueKind.Json
        : FlagValueKind.String;

    /// <summary>
    /// The type that a flag declares: <c>boolean</c>, <c>number</c>, <c>json</c> or <c>string</c>. A flag with a variation that
    /// is not of that type is text.
    /// </summary>
    public static FlagValueKind Declared(string? type, IReadOnlyCollection<Variation> variations) => type switch
    {
        "boolean" when variations.All(variation => variation.TryRead<bool>(out _)) => FlagValueKind.Boolean,
        "number" when variations.All(variation => variation.TryRead<double>(out _)) => FlagValueKind.Number,
        "json" when variations.All(variation => IsJson(variation.Text)) => FlagValueKind.Json,
        _ => FlagValueKind.String,
    };

    private static bool IsObjectOrArray(string text)
    {
        // Most texts are neither. This check avoids the parser and its exception.
        return text.AsSpan().TrimStart(" \t\r\n") is ['{' or '[', ..] && IsJson(text);
    }

    private static bool IsJson(string text)
    {
        // The reader compiles less code at the start of a process than a document.
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
