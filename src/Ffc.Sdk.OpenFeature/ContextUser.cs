using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Ffc.Sdk.OpenFeature.Mapping;
using OpenFeature.Constant;
using OpenFeature.Model;

namespace Ffc.Sdk.OpenFeature;

/// <summary>Reads the user from an evaluation context, by the rules of the OFREP routes of the function app.</summary>
internal static class ContextUser
{
    private const string TargetingKey = "targetingKey";

    private static readonly string[] TextMembers = [TargetingKey, "name", "email", "country"];

    /// <summary>Reads the user. If the context has no valid user, returns false and the error.</summary>
    public static bool TryRead(
        EvaluationContext? context, [NotNullWhen(true)] out FfcUser? user, out (ErrorType Type, string Message) error)
    {
        (user, error) = (null, default);
        context ??= EvaluationContext.Empty;
        if (TextMembers.FirstOrDefault(name => ValueOf(context, name) is not (null or string)) is { } member)
        {
            error = Invalid(member, "must be a string");
            return false;
        }

        if (string.IsNullOrWhiteSpace(context.TargetingKey))
        {
            error = (ErrorType.TargetingKeyMissing, OpenFeatureErrors.TargetingKeyMissing);
            return false;
        }

        try
        {
            user = Build(context);
            return true;
        }
        catch (InvalidUserException exception)
        {
            error = Invalid(exception.Member, exception.Fault);
            return false;
        }
    }

    private static (ErrorType Type, string Message) Invalid(string member, string fault) =>
        (ErrorType.InvalidContext, OpenFeatureErrors.InvalidMember(member, fault));

    private static FfcUser Build(EvaluationContext context)
    {
        var builder = FfcUser.Builder(context.TargetingKey!)
            .Name((string?)ValueOf(context, "name"))
            .Email((string?)ValueOf(context, "email"))
            .Country((string?)ValueOf(context, "country"));
        foreach (var (name, value) in context)
        {
            switch (value.AsObject)
            {
                // The builder ignores the built-in properties, which were read before.
                case var _ when name == TargetingKey:
                    break;
                case string text:
                    builder.Custom(name, text);
                    break;
                case double number:
                    builder.Custom(name, number);
                    break;
                case bool boolean:
                    builder.Custom(name, boolean);
                    break;
                case DateTime time:
                    builder.Custom(name, time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture));
                    break;
                default:
                    // Null, and nested values, which no rule can refer to.
                    break;
            }
        }

        return builder.Build();
    }

    private static object? ValueOf(EvaluationContext context, string name) =>
        context.TryGetValue(name, out var value) ? value?.AsObject : null;
}
