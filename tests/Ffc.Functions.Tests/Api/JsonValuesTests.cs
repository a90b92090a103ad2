using System.Text;
using System.Text.Json;
using Ffc.Functions.Api;

namespace Ffc.Functions.Tests.Api;

public sealed class JsonValuesTests
{
    [Theory]
    [InlineData("""{"a":"\ud800","b":[1.0,"\u00e9"]}""")]
    [InlineData("""{}""")]
    public void Write_copies_a_flag_value_unchanged_even_with_half_of_a_surrogate_pair(string json)
    {
        using var document = JsonDocument.Parse(json);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
            JsonValues.Write(writer, JsonValues.Object(document.RootElement));

        Assert.Equal(json, Encoding.UTF8.GetString(stream.ToArray()));
    }
}
