using System.Text.Json;

namespace Ffc.Sdk.Users;

/// <summary>Reads a user from a JSON object.</summary>
internal static class UserJson
{
    private const string KeyName = "key";
    private const string KeyAlias = "keyid";

    /// <summary>Reads a user.</summary>
    /// <param name="json">The object.</param>
    /// <param name="keyName">
    /// The name of the member with the user's key. The default <c>key</c> has the alias <c>keyid</c>.
    /// </param>
    /// <param name="ignoreNested">Ignores objects and arrays instead of rejecting them as custom properties.</param>
    /// <exception cref="InvalidUserException">
    /// The user is invalid. A missing or blank key is reported as the member <c>key</c>.
    /// </exception>
    public static FfcUser Read(JsonElement json, string keyName = KeyName, bool ignoreNested = false)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new InvalidUserException("user", "must be a JSON object");

        string? key = null, keyFromAlias = null, name = null, email = null, country = null;
        List<(string Name, string? Value)>? custom = null;
        foreach (var member in json.EnumerateObject())
        {
            var memberName = NameOf(member);
            switch (memberName)
            {
                case var _ when memberName == keyName:
                    key = Text(memberName, member.Value);
                    break;
                case KeyAlias when keyName == KeyName:
                    keyFromAlias = Text(memberName, member.Value);
                    break;
                case "name":
                    name = Text(memberName, member.Value);
                    break;
                case "email":
                    email = Text(memberName, member.Value);
                    break;
                case "country":
                    country = Text(memberName, member.Value);
                    break;
                case var _ when ignoreNested && member.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array:
                    break;
                default:
                    (custom ??= []).Add((memberName, CustomText(memberName, member.Value)));
                    break;
            }
        }

        // An empty key is not a missing key: the builder rejects it, and the alias is not used.
        var builder = FfcUser.Builder(key ?? keyFromAlias!).Name(name).Email(email).Country(country);
        foreach (var (customName, value) in custom ?? [])
            builder.Custom(customName, value);
        return builder.Build();
    }

    private static string NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            throw new InvalidUserException("user", "has a member whose name is not valid text");
        }
    }

    private static string? Text(string member, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => StringOf(member, value),
        JsonValueKind.Null => null,
        _ => throw new InvalidUserException(member, "must be a string"),
    };

    private static string? CustomText(string member, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => StringOf(member, value),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Null => null,
        _ => throw new InvalidUserException(member, "must be a string, a number or a boolean: custom properties are flat"),
    };

    private static string? StringOf(string member, JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // The value contains an unpaired surrogate.
            throw new InvalidUserException(member, "is not valid text");
        }
    }
}
