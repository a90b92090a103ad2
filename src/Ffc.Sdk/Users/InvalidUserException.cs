namespace Ffc.Sdk;

/// <summary>Tells which member of a user is wrong, and how. The message never holds the value: it may be personal data.</summary>
public sealed class InvalidUserException : ArgumentException
{
    internal InvalidUserException(string member, string fault)
        : base(member == "user" ? $"The user {fault}." : $"The user's {member} {fault}.") =>
        (Member, Fault) = (member, fault);

    /// <summary>The member at fault, such as <c>key</c> or a custom property's name; <c>user</c> when it is the user as a whole.</summary>
    public string Member { get; }

    /// <summary>What is wrong with it, as the end of a sentence that begins with the member.</summary>
    public string Fault { get; }
}
