namespace Ffc.DevServer.Json;

/// <summary>The position of a value in JSON text, in bytes.</summary>
/// <param name="Name">The name of the member; null for an item of an array.</param>
/// <param name="MemberStart">The start of the member's name; the start of the value for an item of an array.</param>
/// <param name="Start">The start of the value.</param>
/// <param name="End">The end of the value, exclusive.</param>
internal readonly record struct JsonSpan(string? Name, int MemberStart, int Start, int End)
{
    public Range Value => Start..End;
}
