using System.Text.Json;
using Ffc.Functions.Api;
using Ffc.Sdk;

namespace Ffc.Functions.Ofrep;

/// <summary>Reads the user from an OFREP request: <c>{ "context": { "targetingKey": … } }</c>.</summary>
internal static class OfrepContext
{
    /// <exception cref="OfrepError">There is no context, no targeting key, or a member that no property can hold.</exception>
    public static FfcUser ReadUser(JsonBody body)
    {
        if (body.Member("context") is not { } context)
            throw OfrepError.InvalidContext("context is missing: give an object with a targetingKey.");
        if (context.ValueKind != JsonValueKind.Object)
            throw OfrepError.InvalidContext("context must be a JSON object.");

        string? key = null, name = null, email = null, country = null;
        List<(string Name, string? Value)>? custom = null;
        foreach (var member in context.EnumerateObject())
        {
            var memberName = NameOf(member);
            switch (memberName)
            {
                case "targetingKey":
                    key = BuiltIn(memberName, member.Value);
                    break;
                case "name":
                    name = BuiltIn(memberName, member.Value);
                    break;
                case "email":
                    email = BuiltIn(memberName, member.Value);
                    break;
                case "country":
                    country = BuiltIn(memberName, member.Value);
                    break;
                default:
                    if (member.Value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
                        (custom ??= []).Add((memberName, Custom(memberName, member.Value)));
                    break;
            }
        }

        // A blank key tells nobody from anybody else: as good as none.
        if (string.IsNullOrWhiteSpace(key))
            throw OfrepError.TargetingKeyMissing();

        return Build(FfcUser.Builder(key).Name(name).Email(email).Country(country), custom);
    }

    private static FfcUser Build(FfcUserBuilder builder, List<(string Name, string? Value)>? custom)
    {
        foreach (var (name, value) in custom ?? [])
            builder.Custom(name, value);
        try
        {
            return builder.Build();
        }
        catch (InvalidUserException e)
        {
            throw OfrepError.InvalidContext($"context.{e.Member} {e.Fault}.");
        }
    }

    private static string NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            throw OfrepError.InvalidContext("context has a member whose name is not valid text.");
        }
    }

    private static string? BuiltIn(string member, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Text(member, value),
        JsonValueKind.Null => null,
        _ => throw OfrepError.InvalidContext($"context.{member} must be a string."),
    };

    private static string? Custom(string member, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Text(member, value),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => null,
    };

    private static string? Text(string member, JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, escaped: JSON by its grammar, but no text.
            throw OfrepError.InvalidContext($"context.{member} is not valid text.");
        }
    }
}
