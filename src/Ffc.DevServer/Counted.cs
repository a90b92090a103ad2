using System.Globalization;

namespace Ffc.DevServer;

/// <summary>A number with its noun, such as "1 flag" or "2 flags".</summary>
internal readonly record struct Counted(long Count, string Noun)
{
    public override string ToString() => Count == 1
        ? $"1 {Noun}"
        : $"{Count.ToString(CultureInfo.InvariantCulture)} {Noun}s";
}
