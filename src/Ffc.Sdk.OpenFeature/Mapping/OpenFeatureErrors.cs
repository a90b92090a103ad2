namespace Ffc.Sdk.OpenFeature.Mapping;

/// <summary>The error messages for OpenFeature clients. The OFREP functions compile this file as well.</summary>
internal static class OpenFeatureErrors
{
    public const string FlagNotFound = "No flag has this key.";

    public const string TargetingKeyMissing = "context.targetingKey is missing or blank: set it to the user's key.";

    public const string MalformedFlag = "The flag is malformed: the variation of this user was deleted on the server.";

    /// <summary>A member of the context that cannot be a property of a user.</summary>
    /// <param name="member">The name of the member.</param>
    /// <param name="fault">What is wrong, such as <c>must be a string</c>.</param>
    public static string InvalidMember(string member, string fault) => $"context.{member} {fault}.";
}
