using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ffc.Sdk.Flags;

/// <summary>A value that a flag can return. It is text on the wire, and is parsed as every simple type when it arrives.</summary>
internal sealed class Variation
{
    private readonly bool? _bool;
    private readonly long? _long;
    private readonly double? _double;
    private readonly decimal? _decimal;
    private Rollout? _toAll;
    private Rollout? _toAllInExperiment;
    private Rollout? _toRest;

    public Variation(string id, string text)
    {
        Id = id;
        Text = text;
        // Not bool.TryParse, which ignores blanks and NULs.
        _bool = text.Equals("true", StringComparison.OrdinalIgnoreCase) ? true
            : text.Equals("false", StringComparison.OrdinalIgnoreCase) ? false
            : null;

        // Every number is a finite double: JSON has no NaN and no infinities. .NET ignores trailing NULs.
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            || !double.IsFinite(number) || text.EndsWith('\0'))
            return;

        _double = number;
        _long = long.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var whole) ? whole : null;
        _decimal = decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact)
            && (exact != 0 || number == 0)
                ? exact
                : null;
    }

    /// <summary>The id of the variation within its flag.</summary>
    public string Id { get; }

    public string Text { get; }

    /// <summary>The rollout of this variation to all users, without an experiment. Created on first use.</summary>
    public Rollout ToAll => _toAll ??= new Rollout(0, 1, Rollout.NoExperiment, this);

    /// <summary>The rollout of this variation to all users, all of whom are in the experiment. Created on first use.</summary>
    public Rollout ToAllInExperiment => _toAllInExperiment ??= new Rollout(0, 1, Rollout.WholeExperiment, this);

    /// <summary>The rollout of this variation to users whom no other rollout includes. Created on first use.</summary>
    public Rollout ToRest => _toRest ??= new Rollout(0, 1, Rollout.NoExperimentOfRest, this);

    /// <summary>Reads the value as a type. False if it is not of that type. Values are not rounded or truncated.</summary>
    /// <param name="value">The value.</param>
    /// <param name="typeInfo">How to read other types from JSON; null to use reflection.</param>
    public bool TryRead<T>([MaybeNullWhen(false)] out T value, JsonTypeInfo<T>? typeInfo = null)
    {
        // For value types the JIT removes all branches but one, and nothing is boxed.
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
        if (typeof(T).IsEnum)
            return TryReadEnum(out value);
        if (typeof(T) == typeof(string))
        {
            value = (T)(object)Text;
            return true;
        }

        return TryReadJson(out value, typeInfo);
    }

    /// <summary>
    /// Whether values of a type are read with reflection, and reflection is disabled, as in apps that are trimmed or compiled
    /// ahead of time.
    /// </summary>
    public static bool NeedsTypeInfo<T>() => !JsonSerializer.IsReflectionEnabledByDefault
        && typeof(T) != typeof(bool) && typeof(T) != typeof(int) && typeof(T) != typeof(long) && typeof(T) != typeof(double)
        && typeof(T) != typeof(decimal) && typeof(T) != typeof(string) && typeof(T) != typeof(JsonElement) && !typeof(T).IsEnum;

    private static bool TryUnwrap<TRead, T>(TRead? read, [MaybeNullWhen(false)] out T value)
        where TRead : struct
    {
        value = read is null ? default : (T)(object)read.Value;
        return read is not null;
    }

    // By name in any case, or by number. .NET also reads numbers that no name has.
    private bool TryReadEnum<T>([MaybeNullWhen(false)] out T value)
    {
        var isRead = Enum.TryParse(typeof(T), Text, ignoreCase: true, out var parsed) && Enum.IsDefined(typeof(T), parsed!);
        value = isRead ? (T)parsed! : default;
        return isRead;
    }

    private bool TryReadJson<T>([MaybeNullWhen(false)] out T value, JsonTypeInfo<T>? typeInfo)
    {
        // Deserialized for each call, because the caller may change the object. The constructors of the caller's type may throw
        // any exception, which means that the value is not of that type.
        try
        {
            value = typeInfo is not null ? JsonSerializer.Deserialize(Text, typeInfo)
                : typeof(T) == typeof(JsonElement) ? (T)(object)ParseJson()
                : NeedsTypeInfo<T>() ? default
                : DeserializeWithReflection<T>();
            return value is not null;
        }
        catch (Exception)
        {
            value = default;
            return false;
        }
    }

    private JsonElement ParseJson()
    {
        using var document = JsonDocument.Parse(Text);
        return document.RootElement.Clone();
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Called only if reflection is enabled.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Called only if reflection is enabled.")]
    private T? DeserializeWithReflection<T>() => JsonSerializer.Deserialize<T>(Text, JsonSerializerOptions.Web);
}
