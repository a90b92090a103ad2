namespace Ffc.Functions.Embedded;

/// <summary>Marks a public method as a function that a trigger calls.</summary>
/// <param name="name">The function's name, unique within the application without regard to case.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FunctionAttribute(string name) : Attribute
{
    /// <summary>The function's name.</summary>
    public string Name { get; } = name;
}
