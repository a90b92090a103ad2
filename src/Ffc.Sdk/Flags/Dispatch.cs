using System.Text;

namespace Ffc.Sdk.Flags;

/// <summary>
/// Assigns users to rollouts by the flag's key and one of their properties, so that the same user has another percentage for each
/// flag.
/// </summary>
/// <param name="flagKey">The flag's key.</param>
/// <param name="property">The property. A missing property is an empty text.</param>
/// <param name="propertyName">The name of the property if it is not built-in.</param>
internal sealed class Dispatch(string flagKey, UserProperty property, string propertyName)
{
    /// <summary>The property that assigns users.</summary>
    public UserProperty Property => property;

    /// <summary>The name of the property if it is not built-in.</summary>
    public string PropertyName => propertyName;

    private const string ExperimentPrefix = "expt";

    private readonly byte[] _experimentPrefix = Encoding.UTF8.GetBytes(ExperimentPrefix + flagKey);

    /// <summary>The position of the user in the rollouts, from 0 to 1.</summary>
    public double RolloutPercentage(FfcUser user) =>
        Percentage.OfUtf8(_experimentPrefix.AsSpan(ExperimentPrefix.Length), ValueOf(user));

    /// <summary>The position of the user in the experiments, from 0 to 1.</summary>
    public double ExperimentPercentage(FfcUser user) => Percentage.OfUtf8(_experimentPrefix, ValueOf(user));

    private string ValueOf(FfcUser user) => user.ValueOf(property, propertyName) ?? "";
}
