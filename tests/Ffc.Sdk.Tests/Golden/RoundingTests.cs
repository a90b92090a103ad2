using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Tests.Golden;

/// <summary>The reference results of reading numbers, which the server's evaluator compares after rounding to 5 decimals.</summary>
public sealed class RoundingTests
{
    [Fact]
    public void Numbers_round_exactly_as_in_all_reference_results()
    {
        using var stream = typeof(RoundingTests).Assembly.GetManifestResourceStream("ffc-rounding.json.gz")!;
        using var unzipped = new GZipStream(stream, CompressionMode.Decompress);
        using var golden = JsonDocument.Parse(unzipped);

        var wrong = new StringBuilder();
        var rows = 0;
        foreach (var row in golden.RootElement.GetProperty("rows").EnumerateArray())
        {
            var (text, expected) = (row[0].GetString()!, row[1].GetString()!);
            if (!Numbers.TryRead(text, out var actual) || actual != double.Parse(expected, CultureInfo.InvariantCulture))
                wrong.AppendLine(CultureInfo.InvariantCulture, $"{text}: expected {expected}, got {actual:R}");
            rows++;
        }

        Assert.Equal("", wrong.ToString());
        Assert.True(rows >= 7_800, $"only {rows} rows");
    }
}
