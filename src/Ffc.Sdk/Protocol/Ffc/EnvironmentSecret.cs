using System.Security.Cryptography;
using System.Text;

namespace Ffc.Sdk.Protocol.Ffc;

/// <summary>The environment secret and the ids that it carries (account, project, environment).</summary>
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

    /// <summary>The secret as it was given. It goes on the wire and nowhere else: never into a log, a metric or an error.</summary>
    public string Value { get; }

    public string AccountId { get; }

    public string ProjectId { get; }

    public string EnvironmentId { get; }

    /// <summary>The environment as a name fit for files, URIs and headers.</summary>
    public string StorageName { get; }

    /// <summary>Reads a secret.</summary>
    /// <exception cref="FormatException">It is not a secret. The message tells why without repeating any of it.</exception>
    public static EnvironmentSecret Parse(string value)
    {
        // .NET reads over blanks in base64; the header that carries the secret could not hold a line break.
        if (value.Any(char.IsWhiteSpace))
            throw new FormatException("it has blanks or line breaks in it; copy the server-side secret of the environment and nothing around it");

        string text;
        try
        {
            text = Encoding.UTF8.GetString(Convert.FromBase64String(value));
        }
        catch (FormatException)
        {
            // The inner exception is dropped on purpose: nothing of the secret may travel with the error.
            throw new FormatException("it is not base64; copy the whole server-side secret of the environment, with its padding");
        }

        var parts = text.Split(Separator);
        return parts.Length >= 4
            ? new EnvironmentSecret(value, parts[1], parts[2], parts[3])
            : throw new FormatException("it does not name an account, a project and an environment; copy the environment's server-side secret");
    }

    /// <summary>The id under which this environment's flag of that key travels.</summary>
    public string FlagId(string flagKey) => string.Join(Separator, "FF", AccountId, ProjectId, EnvironmentId, flagKey);

    // File systems end a name at 255 bytes, and something is put behind this one.
    private static string Name(string text) =>
        text.Length <= 100 ? text : Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)));

    public override string ToString() => $"environment {AccountId}/{ProjectId}/{EnvironmentId}";
}
