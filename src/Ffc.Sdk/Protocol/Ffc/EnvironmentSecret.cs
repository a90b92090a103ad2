using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Ffc.Sdk.Protocol.Ffc;

/// <summary>An environment secret and the ids of account, project and environment in it.</summary>
internal sealed class EnvironmentSecret
{
    private const string Separator = "__";

    private EnvironmentSecret(string value, string accountId, string projectId, string environmentId)
    {
        Value = value;
        AccountId = accountId;
        ProjectId = projectId;
        EnvironmentId = environmentId;
        StorageName = Name(string.Join(Separator, new[] { accountId, projectId, environmentId }.Select(Uri.EscapeDataString)));
    }

    /// <summary>The secret as configured. It is sent only to the server. Never write it to a log, a metric or an error.</summary>
    public string Value { get; }

    public string AccountId { get; }

    public string ProjectId { get; }

    public string EnvironmentId { get; }

    /// <summary>A name for the environment that is valid in files, URIs and headers.</summary>
    public string StorageName { get; }

    /// <summary>Parses a secret.</summary>
    /// <exception cref="FormatException">
    /// The text is not a secret. The message gives the reason and repeats no part of the text.
    /// </exception>
    public static EnvironmentSecret Parse(string value) =>
        TryParse(value, out var secret, out var fault) ? secret : throw new FormatException(fault);

    /// <summary>Parses a secret.</summary>
    /// <param name="value">The text.</param>
    /// <param name="secret">The secret.</param>
    /// <param name="fault">Why the text is not a secret. Repeats no part of the text.</param>
    public static bool TryParse(
        string value, [NotNullWhen(true)] out EnvironmentSecret? secret, [NotNullWhen(false)] out string? fault)
    {
        (secret, fault) = (null, null);

        // .NET ignores white space in base64, but the header with the secret cannot contain a line break.
        if (value.Any(char.IsWhiteSpace))
        {
            fault = "it contains blanks or line breaks; copy only the server-side secret of the environment";
            return false;
        }

        var bytes = new byte[value.Length];
        if (!Convert.TryFromBase64String(value, bytes, out var length))
        {
            fault = "it is not base64; copy the complete server-side secret of the environment, including its padding";
            return false;
        }

        if (Encoding.UTF8.GetString(bytes, 0, length).Split(Separator) is not [_, var account, var project, var environment, ..])
        {
            fault = "it does not name an account, a project and an environment; "
                + "copy the server-side secret of the environment";
            return false;
        }

        secret = new EnvironmentSecret(value, account, project, environment);
        return true;
    }

    /// <summary>Returns the wire id of the flag with this key in the environment.</summary>
    public string FlagId(string flagKey) => string.Join(Separator, "FF", AccountId, ProjectId, EnvironmentId, flagKey);

    // File systems limit names to 255 bytes, and a suffix is appended to this one.
    private static string Name(string text) =>
        text.Length <= 100 ? text : Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)));

    public override string ToString() => $"environment {AccountId}/{ProjectId}/{EnvironmentId}";
}
