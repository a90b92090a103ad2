using Ffc.Tests;

namespace Ffc.EndToEnd.Tests.DevServer;

/// <summary>The schema from which editors complete flags files.</summary>
public class FlagsFileSchemaTests
{
    [Theory]
    [InlineData("samples/flags.json")]
    [InlineData("samples/featbit-flags.json")]
    public void The_samples_name_the_schema_and_are_valid(string path)
    {
        Assert.Contains("\"$schema\": \"./flags.schema.json\"", Repository.Read(path), StringComparison.Ordinal);
        FlagsFileSchema.AssertValid(Repository.Read(path));
    }

    [Fact]
    public void The_flags_of_the_tests_are_valid()
    {
        Assert.Empty(FlagsFileSchema.FindErrors(ShortFlagTests.Flags));
        Assert.Empty(FlagsFileSchema.FindErrors("{}"));
    }

    [Theory]
    [MemberData(nameof(ShortFlagTests.InvalidFlags), MemberType = typeof(ShortFlagTests))]
    public void A_short_flag_that_the_server_rejects_is_invalid_in_an_editor_if_a_schema_can_express_it(string flag, string error)
    {
        // A schema cannot compare a value with names elsewhere in the file, and cannot add.
        string[] beyondSchema = ["unknown variation", "unknown flag", "variation of that flag", "add up to", "must be \"user\""];
        var isValid = FlagsFileSchema.FindErrors($$"""{ "$server": "ffc", "other": 5, "new-checkout": {{flag}} }""").Count == 0;

        Assert.Equal(beyondSchema.Any(part => error.Contains(part, StringComparison.Ordinal)), isValid);
    }

    [Theory]
    [InlineData("""{ "$servers": "ffc" }""")]
    [InlineData("""{ "$server": "other" }""")]
    [InlineData("""{ "$segments": [] }""")]
    [InlineData("""{ "$segments": { "beta": "ada" } }""")]
    [InlineData("""{ "$segments": { "beta": { "includes": [] } } }""")]
    [InlineData("""{ "messageType": "other", "data": { "eventType": "full", "featureFlags": [] } }""")]
    [InlineData("""{ "messageType": "data-sync", "data": { "eventType": "patch", "featureFlags": [] } }""")]
    [InlineData("""{ "messageType": "data-sync", "data": { "eventType": "full" } }""")]
    [InlineData("""{ "messageType": "data-sync", "data": { "eventType": "full", "featureFlags": [{}] } }""")]
    public void An_invalid_file_is_invalid_in_an_editor(string file) => Assert.NotEmpty(FlagsFileSchema.FindErrors(file));

    [Theory]
    [InlineData("samples/flags.json", "\"Enabled\"", "\"Enbled\"")]
    [InlineData("samples/flags.json", "\"rolloutPercentage\": [0, 0.5]", "\"rolloutPercentage\": [0, 50]")]
    [InlineData("samples/flags.json", "\"timestamp\": 1767225600001", "\"timestamp\": \"1767225600001\"")]
    [InlineData("samples/flags.json", "\"operation\": \"EndsWith\"", "\"operation\": \"EndWith\"")]
    [InlineData("samples/featbit-flags.json", "\"isEnabled\": true", "\"isEnabled\": \"true\"")]
    [InlineData("samples/featbit-flags.json", "\"op\": \"EndsWith\"", "\"op\": \"EndWith\"")]
    public void A_mistake_in_a_sample_is_invalid_in_an_editor(string path, string correct, string mistake)
    {
        var text = Repository.Read(path);
        Assert.Contains(correct, text, StringComparison.Ordinal);

        Assert.NotEmpty(FlagsFileSchema.FindErrors(text.Replace(correct, mistake, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_running_server_returns_the_schema()
    {
        await using var test = await TestServer.StartAsync();

        using var response = await test.Http.GetAsync(
            new Uri("/flags.schema.json", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal("application/schema+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(
            Repository.Read("samples/flags.schema.json"),
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
