using System.Text;
using Ffc.Functions.Api;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Tests.Api;

public sealed class JsonBodyTests
{
    private const string HalfPair = "The body has a string with half of a surrogate pair at ";

    public static TheoryData<string, string> InvalidBodies => new()
    {
        { "", "The body is empty. Send a JSON object." },
        { "[]", "The body must be a JSON object." },
        { "{", "The body is invalid JSON at line 1, byte 2." },
        { "{\n  \"a\": x}", "The body is invalid JSON at line 2, byte 8." },
        { """{"a":1}}""", "The body is invalid JSON at line 1, byte 8." },
        { """{"a":"\ud800"}""", HalfPair + "line 1, byte 6." },
        { """{"a":"\udc00\ud800"}""", HalfPair + "line 1, byte 6." },
        { """{"\udc00":1}""", HalfPair + "line 1, byte 2." },
        { "{\n\"b\":1,\n \"a\":[1,\"x\\ud800x\"]}", HalfPair + "line 3, byte 9." },
        { Nested(65), "The body is nested more than 64 levels deep at line 1, byte 321." },
        { Nested(40_000), "The body must not be larger than 64 KiB." },
    };

    [Theory]
    [InlineData("""{"a":"\ud83d\ude00","\ud83d\ude00":"\\ud800"}""")]
    [InlineData("{\"a\":\"\u00e9\\n\"}")]
    public async Task ReadAsync_accepts_valid_text(string json)
    {
        using var body = await ReadAsync(json);

        Assert.Equal(json, body.Root.GetRawText());
    }

    [Fact]
    public async Task ReadAsync_accepts_64_levels()
    {
        using var body = await ReadAsync(Nested(64));

        Assert.NotNull(body.Member("a"));
    }

    [Theory]
    [MemberData(nameof(InvalidBodies))]
    public async Task ReadAsync_throws_a_problem_that_names_the_fault_and_its_position(string json, string detail)
    {
        var problem = await Assert.ThrowsAsync<ApiProblem>(() => ReadAsync(json).AsTask());

        Assert.Equal(detail, problem.Message);
    }

    private static string Nested(int levels) =>
        string.Concat(Enumerable.Repeat("{\"a\":", levels)) + "1" + new string('}', levels);

    private static ValueTask<JsonBody> ReadAsync(string json)
    {
        var request = new DefaultHttpContext().Request;
        request.Body = new MemoryStream(Encoding.UTF8.GetBytes(json));
        return JsonBody.ReadAsync(request, TestContext.Current.CancellationToken);
    }
}
