namespace Ffc.Sdk.Flags;

/// <summary>The property of the user that a clause tests.</summary>
internal enum UserProperty
{
    Custom,

    /// <summary>
    /// A custom property with a name that FFC reserves for built-in properties, such as <c>email</c> or <c>Country</c>. If it is
    /// not set, <c>email</c> and <c>country</c> are the built-in ones.
    /// </summary>
    Reserved,
    Key,
    Name,
    Email,
    Country,
}
