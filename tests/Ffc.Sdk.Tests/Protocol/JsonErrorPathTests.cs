using System.Text;
using Ffc.Sdk.Protocol;

namespace Ffc.Sdk.Tests.Protocol;

public sealed class JsonErrorPathTests
{
    /// <summary>Each row: JSON in which ^ marks the value, and the path of that value.</summary>
    [Theory]
    [InlineData("""^{"a":1}""", "")]
    [InlineData("""{"a":^1}""", "a")]
    [InlineData("""{ "a" : ^1 }""", "a")]
    [InlineData("""{"a":1,"b":^"x"}""", "b")]
    [InlineData("""{"a":{"b":1,"c":^null}}""", "a.c")]
    [InlineData("""{"a":{"b":1},"c":^2}""", "c")]
    [InlineData("""{"a":^{"b":1}}""", "a")]
    [InlineData("""{"a":^[1,2]}""", "a")]
    [InlineData("""{"a":[^1,2]}""", "a[0]")]
    [InlineData("""{"a":[1,^2]}""", "a[1]")]
    [InlineData("""{"a":[[1,2],[3,^4]]}""", "a[1][1]")]
    [InlineData("""{"a":[[],{},^3]}""", "a[2]")]
    [InlineData("""{"a":[{"b":1},{"b":[{},{"c":^1}]}]}""", "a[1].b[1].c")]
    [InlineData("""{"a":[{"b":1},{"b":2}],"c":{"d":^1}}""", "c.d")]
    [InlineData("""[1,[2,^3]]""", "[1][1]")]
    [InlineData("""[{"a":^1}]""", "[0].a")]
    [InlineData("""{"\u0061":^1}""", "a")]
    [InlineData("""{"é":{"\ud83d\ude00":^1}}""", "é.😀")]
    [InlineData("""{"a":"{[","b":^1}""", "b")] // brackets in text do not count
    [InlineData("""{/* comment */"a":[/* 1 */0,^1]}""", "a[1]")]
    public void Find_returns_the_path_of_the_value_at_the_offset(string markedJson, string path)
    {
        var json = Encoding.UTF8.GetBytes(markedJson);
        var offset = json.AsSpan().IndexOf((byte)'^');

        Assert.Equal(path, JsonErrorPath.Find([.. json[..offset], .. json[(offset + 1)..]], offset));
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "a")] // between two values, the next one counts
    [InlineData(5, "a")]
    [InlineData(6, "b")]
    [InlineData(11, "b")]
    [InlineData(12, "b[0]")]
    [InlineData(13, "b[1]")]
    [InlineData(14, "b[1]")]
    [InlineData(15, "")] // no value starts at or after the offset
    [InlineData(1_000, "")]
    public void Find_returns_the_path_of_the_first_value_at_or_after_the_offset(int offset, string path) =>
        Assert.Equal(path, JsonErrorPath.Find("""{"a":1,"b":[2,3]}"""u8, offset));

    [Theory]
    [InlineData(@"{""\ud800"":", @"\ud800")]
    [InlineData(@"{""x\udc00"":", @"x\udc00")]
    public void Find_returns_an_escaped_name_as_it_is_written_when_it_is_not_valid_Unicode(string start, string path) =>
        Assert.Equal(path, JsonErrorPath.Find(Encoding.UTF8.GetBytes(start + "1}"), start.Length));

    [Fact]
    public void Find_replaces_invalid_bytes_of_a_name()
    {
        byte[] start = [.. "{\"a"u8, 0xAF, .. "\":"u8];

        Assert.Equal("a\uFFFD", JsonErrorPath.Find([.. start, .. "1}"u8], start.Length));
    }
}
