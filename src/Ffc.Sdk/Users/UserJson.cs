using System.Text.Json;

namespace Ffc.Sdk.Users;

/// <summary>Reads a user from JSON.</summary>
internal static class UserJson
{
    public static FfcUser Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new InvalidUserException("user", "must be a JSON object");

        string? key = null, keyId = null, name = null, email = null, country = null;
        List<(string Name, string? Value)>? custom = null;
        foreach (var member in json.EnumerateObject())
        {
            var memberName = NameOf(member);
            switch (memberName)
            {
                case "key":
                    key = Text(memberName, member.Value);
                    break;
                case "keyid":
                    keyId = Text(memberName, member.Value);
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
                default:
                    (custom ??= []).Add((memberName, CustomText(memberName, member.Value)));
                    break;
            }
        }

        // An empty key is given all the same, unlike other empty texts: it makes no user.
        var builder = FfcUser.Builder(key ?? keyId!).Name(name).Email(email).Country(country);
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
            // Half of a surrogate pair, escaped: JSON by its grammar, but no text.
            throw new InvalidUserException(member, "is not valid text");
        }
    }
}
