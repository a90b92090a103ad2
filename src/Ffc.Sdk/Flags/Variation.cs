using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Ffc.Sdk.Flags;

/// <summary>One answer a flag can give: text on the wire, read as every simple type once, when it arrives.</summary>
internal sealed class Variation
{
    private readonly bool? _bool;
    private readonly long? _long;
    private readonly double? _double;
    private readonly decimal? _decimal;

    public Variation(int localId, string text)
    {
        LocalId = localId;
        Text = text;
        // Not bool.TryParse: it reads over blanks and NULs.
        _bool = text.Equals("true", StringComparison.OrdinalIgnoreCase) ? true
            : text.Equals("false", StringComparison.OrdinalIgnoreCase) ? false
            : null;

        // Anything that is a number at all is a finite double: NaN and the infinities have no place in JSON.
        // .NET reads over NULs at the end, too.
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) && !text.EndsWith('\0'))
        {
            _double = number;
            _decimal = decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact) && (exact != 0 || number == 0) ? exact : null;
            _long = long.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var whole) ? whole : null;
        }
    }

    public int LocalId { get; }

    public string Text { get; }

    /// <summary>Reads the value as a type. False when it does not read as that type: nothing is rounded or cut to fit.</summary>
    public bool TryRead<T>([MaybeNullWhen(false)] out T value)
    {
        // The comparisons are constants to the compiler for value types: one branch is left, and nothing is boxed.
        if (typeof(T) == typeof(bool))
            return TryUnwrap(_bool, out value);
        if (typeof(T) == typeof(int))
            return TryUnwrap(_long is >= int.MinValue and <= int.MaxValue ? (int?)_long : null, out value);
        if (typeof(T) == typeof(long))
            return TryUnwrap(_long, out value);
        if (typeof(T) == typeof(double))
            return TryUnwrap(_double, out value);
        if (typeof(T) == typeof(decimal))
            return TryUnwrap(_decimal, out value);
        if (typeof(T) == typeof(string))
        {
            value = (T)(object)Text;
            return true;
        }

        return TryReadJson(out value);
    }

    private static bool TryUnwrap<TRead, T>(TRead? read, [MaybeNullWhen(false)] out T value)
        where TRead : struct
    {
        value = read is null ? default : (T)(object)read.Value;
        return read is not null;
    }

    private bool TryReadJson<T>([MaybeNullWhen(false)] out T value)
    {
        // Read anew each time: what comes out may be changed by whoever gets it. The type is the caller's, and its
        // constructors may throw whatever they like: then the value does not read as it.
        try
        {
            value = JsonSerializer.Deserialize<T>(Text, JsonSerializerOptions.Web);
            return value is not null;
        }
        catch (Exception)
        {
            value = default;
            return false;
        }
    }
}
