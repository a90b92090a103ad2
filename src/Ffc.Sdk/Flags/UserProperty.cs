namespace Ffc.Sdk.Flags;

/// <summary>The property of the user that a clause tests.</summary>
internal enum UserProperty
{
    Custom,
    Key,
    Name,
    Email,
    Country,
}
