namespace Ffc.Functions.Ofrep;

/// <summary>How the app answers OFREP requests: section <c>Ffc:Ofrep</c>.</summary>
public sealed class OfrepOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Ffc:Ofrep";

    /// <summary>
    /// Whether bulk evaluations send insight events. Default false: a bulk evaluation asks for all flags, whether the user meets
    /// them or not, and browsers repeat it with every poll.
    /// </summary>
    public bool TrackBulk { get; set; }
}
