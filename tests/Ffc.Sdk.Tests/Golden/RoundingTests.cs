using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Tests.Golden;

/// <summary>The reference results of rounding numbers to 5 decimals, as the server does before it compares them.</summary>
public sealed class RoundingTests
{
    [Fact]
    public void TryRead_rounds_all_reference_numbers_exactly()
    {
        using var stream = typeof(RoundingTests).Assembly.GetManifestResourceStream("ffc-rounding.json.gz")!;
        using var decompressed = new GZipStream(stream, CompressionMode.Decompress);
        using var golden = JsonDocument.Parse(decompressed);

        var failures = new StringBuilder();
        var rows = 0;
        foreach (var row in golden.RootElement.GetProperty("rows").EnumerateArray())
        {
            var (text, expected) = (row[0].GetString()!, row[1].GetString()!);
            if (!Numbers.TryRead(text, out var actual) || actual != double.Parse(expected, CultureInfo.InvariantCulture))
                failures.AppendLine(CultureInfo.InvariantCulture, $"{text}: expected {expected}, got {actual:R}");
            rows++;
        }

        Assert.Equal("", failures.ToString());
        Assert.True(rows >= 7_800, $"only {rows} rows");
    }
}
