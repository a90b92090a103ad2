namespace Ffc.DevServer.Flags;

/// <summary>The result of an edit of a flag.</summary>
/// <param name="Errors">
/// Why nothing was changed, as sentences for the user. Empty if the edit is in the flags file and was pushed to the clients.
/// </param>
/// <param name="Warnings">The possible mistakes in the edited flag. They do not prevent the edit.</param>
internal sealed record FlagEdit(IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings)
{
    public bool Succeeded => Errors.Count == 0;

    public static FlagEdit Refused(string error) => new([error], []);
}
