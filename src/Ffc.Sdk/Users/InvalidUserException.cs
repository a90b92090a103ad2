namespace Ffc.Sdk;

/// <summary>
/// A user is not valid. The message names the member and the error, but not the value, which may be personal data.
/// </summary>
public sealed class InvalidUserException : ArgumentException
{
    internal InvalidUserException(string member, string fault)
        : base(member == "user" ? $"The user {fault}." : $"The user's {member} {fault}.") =>
        (Member, Fault) = (member, fault);

    /// <summary>
    /// The member that is not valid, such as <c>key</c> or the name of a custom property; <c>user</c> for the complete user.
    /// </summary>
    public string Member { get; }

    /// <summary>The error, as the predicate of a sentence with the member as its subject.</summary>
    public string Fault { get; }
}
