using System.Globalization;
using System.Text;

namespace Ffc.Sdk.Tests.Insights.Model;

/// <summary>Numbers events: the number is the key of the event's user.</summary>
internal static class EventKeys
{
    private static readonly byte[] Prefix = "\"keyId\":\"e"u8.ToArray();

    public static FfcUser CreateUser(int key) => FfcUser.Builder(string.Create(CultureInfo.InvariantCulture, $"e{key}")).Build();

    /// <summary>Returns the numbers of the events of a request or batch.</summary>
    public static int[] Read(ReadOnlyMemory<byte> events)
    {
        var keys = new List<int>();
        var rest = events.Span;
        for (int start; (start = rest.IndexOf(Prefix)) >= 0;)
        {
            rest = rest[(start + Prefix.Length)..];
            keys.Add(int.Parse(Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)'"')]), CultureInfo.InvariantCulture));
        }

        return [.. keys];
    }
}
