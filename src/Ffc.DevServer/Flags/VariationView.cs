namespace Ffc.DevServer.Flags;

/// <summary>A variation of a flag, as the dashboard shows it.</summary>
/// <param name="Id">The id of the variation within its flag.</param>
/// <param name="Name">The name; the value if the variation has no name.</param>
/// <param name="Value">The value as text, as clients receive it.</param>
internal sealed record VariationView(string Id, string Name, string Value);
