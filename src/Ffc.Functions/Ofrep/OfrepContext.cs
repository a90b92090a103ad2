using System.Text.Json;
using Ffc.Functions.Api;
using Ffc.Sdk;
using Ffc.Sdk.OpenFeature.Mapping;
using Ffc.Sdk.Users;

namespace Ffc.Functions.Ofrep;

/// <summary>Reads the user from an OFREP request: <c>{ "context": { "targetingKey": … } }</c>.</summary>
internal static class OfrepContext
{
    /// <exception cref="OfrepError">The context or its targeting key is missing, or a member is invalid.</exception>
    public static FfcUser ReadUser(JsonBody body)
    {
        if (body.Member("context") is not { } context)
            throw OfrepError.InvalidContext("context is missing: send an object with a targetingKey.");
        if (context.ValueKind != JsonValueKind.Object)
            throw OfrepError.InvalidContext("context must be a JSON object.");

        try
        {
            return UserJson.Read(context, "targetingKey", ignoreNested: true);
        }
        catch (InvalidUserException exception) when (exception.Member == "key")
        {
            // The reader reports a missing or blank key under this name.
            throw OfrepError.TargetingKeyMissing();
        }
        catch (InvalidUserException exception)
        {
            throw OfrepError.InvalidContext(OpenFeatureErrors.InvalidMember(exception.Member, exception.Fault));
        }
    }
}
