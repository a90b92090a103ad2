using System.Text;
using Ffc.DevServer;
using Ffc.DevServer.Flags;
using Ffc.DevServer.Servers;
using Ffc.Sdk.Protocol;
using Ffc.Tests;
using Microsoft.Extensions.Time.Testing;
using static Ffc.EndToEnd.Tests.DevServer.FlagsText;

namespace Ffc.EndToEnd.Tests.DevServer;

public class FlagsFileTests
{
    private static readonly DateTimeOffset Now = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task An_edit_is_pushed_to_every_client_as_a_patch()
    {
        await using var test = await TestServer.StartAsync(Full(
            [Flag("same", 100), Flag("edited", 100), Flag("removed", 100)],
            [Segment("same", 100), Segment("edited", 100), Segment("removed", 100)]));
        using var first = await test.ConnectAsync();
        using var second = await test.ConnectAsync();
        await first.SyncAsync();
        await second.SyncAsync();
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

        await test.WriteFlagsAsync(Full(
            [Flag("same", 100), Flag("edited", 100, "off"), Flag("new", 100)],
            [Segment("same", 100), Segment("edited", 100, "user-1"), Segment("new", 100)]));

        foreach (var patch in new[] { await first.ReceiveSyncAsync(), await second.ReceiveSyncAsync() })
        {
            Assert.Equal(Wire.Patch, patch.EventType);
            Assert.Equal(["edited", "new", "removed"], patch.FlagKeys);
            Assert.Equal(["edited", "new", "removed"], patch.Segments.Select(segment => segment.GetProperty("id").GetString()));
            Assert.Equal([false, false, true], patch.Flags.Select(SyncFrame.IsArchived));
            Assert.Equal([false, false, true], patch.Segments.Select(SyncFrame.IsArchived));
            Assert.Equal("off", SyncFrame.Value(patch.Flags[0]));
            Assert.Equal("é", patch.Flags[0].GetProperty("unknownToTheServer")[1].GetString());
            Assert.All(patch.Flags.Concat(patch.Segments), item => Assert.True(SyncFrame.Version(item) >= before));
        }

        // The entry is logged after the push.
        await Eventually.Holds(() =>
            test.Log.All.Any(line => line.StartsWith("Pushed a patch of 6 items to 2 clients", StringComparison.Ordinal)));
        var pushed = test.Server.LastPush!.Value.ToUnixTimeMilliseconds();
        Assert.InRange(pushed, before, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task A_client_that_connects_after_an_edit_receives_the_same_data()
    {
        await using var test = await TestServer.StartAsync(Full(Flag("a", 100), Flag("b", 100), Flag("c", 300)));
        using var client = await test.ConnectAsync();
        await client.SyncAsync();
        await test.WriteFlagsAsync(Full(Flag("a", 100, "off"), Flag("c", 300)));
        var pushed = await client.ReceiveSyncAsync();
        using var late = await test.ConnectAsync();

        var full = await late.SyncAsync();
        var missed = await late.SyncAsync(300);

        Assert.Equal(["a", "c"], full.FlagKeys);
        Assert.Equal(pushed.Flags[0].GetRawText(), full.Flags[0].GetRawText());
        Assert.Equal(["a"], missed.FlagKeys);
    }

    [Fact]
    public async Task A_timestamp_newer_than_all_others_is_kept()
    {
        await using var test = await TestServer.StartAsync(Full(Flag("a", 100), Flag("b", 200)));
        using var client = await test.ConnectAsync();
        await client.SyncAsync();

        await test.WriteFlagsAsync(Full(Flag("a", 201, "off"), Flag("b", 200)));

        Assert.Equal(201, SyncFrame.Version(Assert.Single((await client.ReceiveSyncAsync()).Flags)));
    }

    [Fact]
    public async Task New_timestamps_increase_when_the_clock_does_not_advance()
    {
        var timeProvider = new FakeTimeProvider(Now);
        await using var test = await TestServer.StartAsync(Full(Flag("a", 100)), timeProvider: timeProvider);
        using var client = await test.ConnectAsync(tokenTime: Now);
        await client.SyncAsync();
        var versions = new List<long>();

        // Changed twice, removed, and restored.
        foreach (var flags in new[] { Full(Flag("a", 100, "off")), Full(Flag("a", 100)), Full(), Full(Flag("a", 100)) })
        {
            await test.WriteFlagsAsync(flags);
            versions.Add(SyncFrame.Version(Assert.Single((await client.ReceiveSyncAsync()).Flags)));
        }

        var now = Now.ToUnixTimeMilliseconds();
        Assert.Equal([now, now + 1, now + 2, now + 3], versions);
    }

    [Fact]
    public async Task A_file_may_contain_comments_trailing_commas_and_a_byte_order_mark()
    {
        var text = Full(Flag("a", 100)).Replace("\"segments\": []", "\"segments\": [], // none yet", StringComparison.Ordinal);
        Assert.Contains("// none yet", text, StringComparison.Ordinal);
        await using var test = await TestServer.StartAsync(Encoding.UTF8.GetString(Encoding.UTF8.Preamble) + text);
        using var client = await test.ConnectAsync();

        Assert.Equal(["a"], (await client.SyncAsync()).FlagKeys);
    }

    [Fact]
    public async Task An_edit_of_white_space_and_comments_is_not_pushed()
    {
        await using var test = await TestServer.StartAsync(Full(Flag("a", 100)));
        using var client = await test.ConnectAsync();
        await client.SyncAsync();

        await test.WriteFlagsAsync("// for the shop\n" + Full("  " + Flag("a", 100) + "\n\n"));
        await Eventually.Is(() => test.Log.All, AnyContains(": 0 items changed"));
        await test.WriteFlagsAsync(Full(Flag("a", 100), Flag("b", 100)));

        Assert.Equal(["b"], (await client.ReceiveSyncAsync()).FlagKeys);
    }

    [Theory]
    [InlineData("{\n  \"messageType\": \"data-sync\",\n  \"data\" {", "invalid JSON at line 3, position 10")]
    [InlineData("", "invalid JSON at line 1")]
    [InlineData("""{ "messageType": "other" }""", "messageType")]
    [InlineData("""{ "messageType": "data-sync", "messageType": "data-sync" }""", "messageType")]
    [InlineData("""{ "messageType": "data-sync", "data": { "eventType": "patch", "featureFlags": [] } }""", "eventType")]
    [InlineData("""{ "messageType": "data-sync", "data": { "eventType": "full" } }""", "featureFlags")]
    [InlineData(
        """{ "messageType": "data-sync", "data": { "eventType": "full", "featureFlags": [{}] } }""",
        "flag 1 of featureFlags: it has no id or timestamp")]
    [InlineData("""{ "messageType": "\ud800" }""", "unpaired surrogate")]
    [InlineData(
        """
        { "messageType": "data-sync", "data": { "eventType": "full", "featureFlags": [
          { "id": "FF__1__1__1__a", "timestamp": 1767225600000000, "ff": { "keyName": "a" } }] } }
        """,
        "flag a: its timestamp is after the year 9998; expected a whole number: Unix time in milliseconds")]
    [InlineData(
        """
        { "messageType": "data-sync", "data": { "eventType": "full", "featureFlags": [
          { "id": "FF__1__1__1__a", "timestamp": 1, "ff": { "keyName": "a", "status": "Enabled", "Status": "Disabled" } }] } }
        """,
        "flag a: it has the members \"status\" and \"Status\"; remove one")]
    [InlineData(
        """
        { "messageType": "data-sync", "data": { "eventType": "full", "featureFlags": [] },
          "Data": { "eventType": "full", "featureFlags": [] } }
        """,
        "the member Data occurs twice")]
    [InlineData(
        """
        { "messageType": "data-sync", "data": { "eventType": "full", "featureFlags": [], "segments": [
          { "id": "s", "timestamp": 9223372036854775807 }] } }
        """,
        "segment s: its timestamp is after the year 9998")]
    public async Task An_invalid_edit_is_ignored_and_the_next_valid_one_is_applied(string invalid, string reason)
    {
        await using var test = await TestServer.StartAsync(Full(Flag("a", 100), Flag("b", 100)));
        using var client = await test.ConnectAsync();
        await client.SyncAsync();

        await test.WriteFlagsAsync(invalid);
        await Eventually.Is(() => test.Log.Warnings, lines => lines.Any());

        Assert.Contains(test.FlagsPath, test.Log.Warnings.First(), StringComparison.Ordinal);
        Assert.Contains(reason, test.Log.Warnings.First(), StringComparison.Ordinal);
        Assert.Equal(["a", "b"], (await client.SyncAsync()).FlagKeys);

        await test.WriteFlagsAsync(Full(Flag("a", 100), Flag("b", 100, "off")));

        Assert.Equal(["b"], (await client.ReceiveSyncAsync()).FlagKeys);
    }

    [Fact]
    public async Task An_unexpected_error_is_reported_and_the_next_change_is_applied()
    {
        await using var test = await TestServer.StartAsync("""{ "a": 1 }""");
        var log = new RecordedLog();
        var parser = new FlagsFileParser(new FfcDevProtocol(), "FF__1__1__1__");
        await using var file = new FlagsFile(
            test.FlagsPath, new DevServerOptions { LoggerFactory = log }, new FfcDevProtocol(), parser);
        file.Watch(document => document.Find("a")!.Json == "3" ? 1 : throw new InvalidOperationException("a fault"));

        await test.WriteFlagsAsync("""{ "a": 2 }""");
        await Eventually.Holds(() => file.Error is not null);
        Assert.Equal("an unexpected error of the server, which is in its log: a fault", file.Error);
        Assert.Equal("1", file.Current.Find("a")!.Json);
        await Eventually.Is(() => log.All, AnyContains("InvalidOperationException: a fault"));

        await file.ReapplyAsync();
        var edit = await file.EditAsync(
            document => document.Add("b", "true"), _ => new FlagEdit([], []), TestContext.Current.CancellationToken);
        Assert.Equal(file.Error, Assert.Single(edit.Errors));

        await test.WriteFlagsAsync("""{ "a": 3 }""");
        await Eventually.Holds(() => file.Error is null);
        Assert.Equal("3", file.Current.Find("a")!.Json);
    }

    [Fact]
    public async Task Two_items_with_the_same_id_are_rejected()
    {
        await using var test = await TestServer.StartAsync(Full(Flag("a", 100)));

        await test.WriteFlagsAsync(Full(Flag("a", 100), Flag("b", 100), Flag("b", 100, "off")));

        await Eventually.Is(() => test.Log.Warnings, AnyContains("FF__1__1__1__b"));
    }

    [Fact]
    public async Task Two_flags_with_the_same_key_are_rejected()
    {
        await using var test = await TestServer.StartAsync(Full(Flag("a", 100)));

        await test.WriteFlagsAsync(Full(
            Flag("a", 100), Flag("b", 100).Replace("\"keyName\": \"b\"", "\"keyName\": \"a\"", StringComparison.Ordinal)));

        await Eventually.Is(() => test.Log.Warnings, AnyContains("duplicate flag a"));
    }

    [Fact]
    public async Task A_temporarily_missing_file_changes_nothing()
    {
        await using var test = await TestServer.StartAsync(Full(Flag("a", 100)));
        using var client = await test.ConnectAsync();

        File.Delete(test.FlagsPath);
        await Eventually.Is(() => test.Log.Warnings, lines => lines.Any());

        Assert.Equal(["a"], (await client.SyncAsync()).FlagKeys);
        await test.WriteFlagsAsync(Full(Flag("b", 100)));
        Assert.Equal(["b", "a"], (await client.ReceiveSyncAsync()).FlagKeys);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_change_is_detected_by_file_events_and_by_polling(bool byEvents)
    {
        await using var test = await TestServer.StartAsync(
            Full(Flag("a", 100)),
            watchEvents: byEvents,
            pollInterval: byEvents ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(100));
        using var client = await test.ConnectAsync();
        await client.SyncAsync();

        await test.WriteFlagsAsync(Full(Flag("a", 100, "written over")));
        Assert.Equal("written over", SyncFrame.Value((await client.ReceiveSyncAsync()).Flags[0]));

        // Most editors write a new file and replace the old one with it.
        var other = test.FlagsPath + ".new";
        await File.WriteAllTextAsync(other, Full(Flag("a", 100, "replaced")), TestContext.Current.CancellationToken);
        File.Move(other, test.FlagsPath, overwrite: true);
        Assert.Equal("replaced", SyncFrame.Value((await client.ReceiveSyncAsync()).Flags[0]));
    }

    [Fact]
    public async Task A_file_that_is_replaced_by_one_of_the_same_length_and_time_is_read_again()
    {
        await using var test = await TestServer.StartAsync(
            Full(Flag("a", 100, "one")), watchEvents: false, pollInterval: TimeSpan.FromMilliseconds(100));
        using var client = await test.ConnectAsync();
        await client.SyncAsync();
        var other = test.FlagsPath + ".new";
        await File.WriteAllTextAsync(other, Full(Flag("a", 100, "two")), TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(other, File.GetLastWriteTimeUtc(test.FlagsPath));

        File.Move(other, test.FlagsPath, overwrite: true);

        Assert.Equal("two", SyncFrame.Value((await client.ReceiveSyncAsync()).Flags[0]));
    }

    [Fact]
    public async Task A_change_behind_a_symbolic_link_is_detected()
    {
        await using var test = await TestServer.StartAsync(
            Full(Flag("a", 100)), watchEvents: false, pollInterval: TimeSpan.FromMilliseconds(100));
        using var client = await test.ConnectAsync();
        await client.SyncAsync();
        var target = Directory.CreateTempSubdirectory("ffc-target-");
        try
        {
            var file = Path.Combine(target.FullName, "real.json");
            await File.WriteAllTextAsync(file, Full(Flag("a", 100, "linked")), TestContext.Current.CancellationToken);
            File.Delete(test.FlagsPath);
            File.CreateSymbolicLink(test.FlagsPath, file);
            Assert.Equal("linked", SyncFrame.Value((await client.ReceiveSyncAsync()).Flags[0]));

            await File.WriteAllTextAsync(file, Full(Flag("a", 100, "edited")), TestContext.Current.CancellationToken);
            Assert.Equal("edited", SyncFrame.Value((await client.ReceiveSyncAsync()).Flags[0]));
        }
        finally
        {
            target.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task StampOnStart_raises_older_timestamps_to_the_last_write_time()
    {
        var before = DateTimeOffset.UtcNow.AddSeconds(-1).ToUnixTimeMilliseconds();
        var future = DateTimeOffset.UtcNow.AddYears(1).ToUnixTimeMilliseconds();
        await using var test = await TestServer.StartAsync(Full(Flag("old", 100), Flag("future", future)), stampOnStart: true);
        using var client = await test.ConnectAsync();

        var versions = (await client.SyncAsync()).Flags.Select(SyncFrame.Version).ToArray();

        Assert.InRange(versions[0], before, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        Assert.Equal(future, versions[1]);
    }

    [Theory]
    [InlineData("\"Enabled\"", "\"Enbled\"", "flag a: the status Enbled is neither Enabled nor Disabled")]
    [InlineData("\"keyName\": \"a\", ", "", "flag FF__1__1__1__a: it has no keyName; expected \"keyName\": \"the key\" in ff")]
    [InlineData(
        "\"defaultRulePercentageRollouts\": []",
        """
        "defaultRulePercentageRollouts": [
          { "rolloutPercentage": [0, 50], "valueOption": { "localId": 1, "variationValue": "x" } }
        ]
        """,
        "a rollout is outside the range 0 to 1")]
    public async Task A_mistake_in_a_flag_is_logged_as_a_warning_and_the_flag_is_served(
        string correct, string mistake, string expected)
    {
        var flag = Flag("a", 100);
        Assert.Contains(correct, flag, StringComparison.Ordinal);
        await using var test = await TestServer.StartAsync(Full(flag.Replace(correct, mistake, StringComparison.Ordinal)));
        using var client = await test.ConnectAsync();

        Assert.Single((await client.SyncAsync()).Flags);
        var warning = Assert.Single(test.Log.Warnings);
        Assert.StartsWith($"Possible mistake in {test.FlagsPath}: ", warning, StringComparison.Ordinal);
        Assert.Contains(expected, warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"variationOptions\": []", "\"variationOptions\": [{ \"localId\": 7, \"variationValue\": \"x\" }]",
        "flag a: variationOptions has no variation with the localId 1, which some users get")]
    [InlineData("\"ffp\": []", "\"ffp\": [{ \"prerequisiteFeatureFlagId\": \"FF__1__1__1__none\" }]",
        "flag a: it requires the unknown flag FF__1__1__1__none")]
    [InlineData("\"fftuwmtr\": []",
        "\"fftuwmtr\": [{ \"ruleJsonContent\": [{ \"property\": \"User is in segment\", \"value\": \"[\\\"none\\\"]\" }] }]",
        "flag a: there is no segment none; no user is in it")]
    [InlineData("\"fftuwmtr\": []",
        "\"fftuwmtr\": [{ \"ruleJsonContent\": [{ \"property\": \"p\", \"operation\": \"MatchRegex\", \"value\": \"(\" }] }]",
        "flag a: the clause \"p MatchRegex\" never matches: invalid pattern '(' at offset 1. Not enough )'s")]
    public Task A_reference_to_nothing_or_an_invalid_pattern_is_logged_as_a_warning(
        string correct, string mistake, string expected) =>
        A_mistake_in_a_flag_is_logged_as_a_warning_and_the_flag_is_served(correct, mistake, expected);

    [Fact]
    public async Task A_required_variation_that_does_not_exist_is_logged_as_a_warning()
    {
        var required = Flag("a", 100).Replace(
            "\"variationOptions\": []",
            "\"variationOptions\": [{ \"localId\": 1, \"variationValue\": \"on\" }]",
            StringComparison.Ordinal);
        var flag = Flag("b", 100).Replace(
            "\"ffp\": []",
            """
            "ffp": [{ "prerequisiteFeatureFlagId": "FF__1__1__1__a",
                      "valueOptionsVariationValue": { "localId": 7, "variationValue": "x" } }]
            """,
            StringComparison.Ordinal);
        await using var test = await TestServer.StartAsync(Full(required, flag));

        Assert.Contains(
            "flag b: it requires the unknown variation 7 of a", Assert.Single(test.Log.Warnings), StringComparison.Ordinal);
        Assert.Contains(
            "flag b: it requires the unknown variation 7 of a", Assert.Single(test.Server.Flags.View.Warnings),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("src/Ffc.Sdk/Protocol/Ffc/FlagCompiler.cs")]
    [InlineData("src/Ffc.Sdk/Protocol/FeatBit/FlagCompiler.cs")]
    public void Each_error_of_a_compiler_is_shown_with_what_is_expected(string path)
    {
        var errors = Repository.Read(path).Split("new FormatException(\"").Skip(1).Select(text => text.Split('"')[0]).ToArray();

        Assert.NotEmpty(errors);
        Assert.All(
            errors, error => Assert.StartsWith($"{error}; expected ", ExpectedTypes.Explain(error), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("plan", "EndWith", "o")]
    [InlineData("plan", "IsOneOf", "pro")]
    [InlineData("plan", "MatchRegex", "(")]
    [InlineData("age", "BiggerThan", "old")]
    public Task A_clause_that_never_matches_is_logged_as_a_warning(string property, string operation, string value) =>
        A_mistake_in_a_flag_is_logged_as_a_warning_and_the_flag_is_served(
            "\"fftuwmtr\": []",
            $$"""
            "fftuwmtr": [{ "ruleJsonContent": [
              { "property": "{{property}}", "operation": "{{operation}}", "value": "{{value}}" }] }]
            """,
            $"flag a: the clause \"{property} {operation}\" never matches");

    [Fact]
    public async Task The_sample_flags_cause_no_warning()
    {
        var sample = await File.ReadAllBytesAsync(Repository.PathOf("samples/flags.json"), TestContext.Current.CancellationToken);

        Assert.Empty(FlagsFileLinter.Lint(new FlagsFileParser(new FfcDevProtocol(), "FF__1__1__1__").Parse(sample).Data));
    }

    [Fact]
    public async Task Flags_of_another_environment_are_logged_as_a_warning()
    {
        await using var test = await TestServer.StartAsync(
            Full(Flag("a", 100), Flag("b", 100).Replace("FF__1__1__1__b", "FF__2__1__1__b", StringComparison.Ordinal)));

        Assert.StartsWith(
            $"{test.FlagsPath} has 1 flag of another environment", Assert.Single(test.Log.Warnings), StringComparison.Ordinal);
    }

    private static Func<IEnumerable<string>, bool> AnyContains(string part) =>
        lines => lines.Any(line => line.Contains(part, StringComparison.Ordinal));
}
