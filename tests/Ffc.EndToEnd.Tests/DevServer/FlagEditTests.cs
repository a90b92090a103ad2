using System.Diagnostics;
using System.Text;
using Ffc.DevServer;
using Ffc.DevServer.Flags;
using Ffc.DevServer.Servers;
using Ffc.Tests;
using static Ffc.EndToEnd.Tests.DevServer.FlagsText;

namespace Ffc.EndToEnd.Tests.DevServer;

/// <summary>Edits of the flags by the dashboard.</summary>
public class FlagEditTests
{
    private const string Short = """
        // Flags of the shop.
        {
          "dark-mode": true, // asked for by sales

          /* Raised for the fair. */
          "limit": 5,
          "banner": {
            // The text is from marketing.
            "variations": { "hello": "Hello!", "none": "" },
            "serve": "hello", // until June
          },
          "config": [1, 2],
        }
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("dark-mode", false, "\"dark-mode\": true,", "\"dark-mode\": false,")]
    [InlineData("limit", false, "\"limit\": 5", "\"limit\": { \"value\": 5, \"on\": false }")]
    [InlineData("limit", true, "", "")]
    [InlineData("banner", false, "// until June\n", "// until June\n    \"on\": false,\n")]
    public async Task Turning_a_flag_on_or_off_changes_nothing_else_in_the_file(
        string key, bool isOn, string before, string after)
    {
        await using var test = await TestServer.StartAsync(Short);

        var edit = await test.Server.Flags.ToggleAsync(key, isOn, Token);

        Assert.Empty(edit.Errors);
        Assert.Equal(before.Length == 0 ? Short : Short.Replace(before, after, StringComparison.Ordinal), await ReadAsync(test));
        Assert.Equal(isOn, test.Server.Flags.View.Find(key)!.IsOn);
    }

    [Fact]
    public async Task Turning_a_flag_off_and_on_again_restores_the_file()
    {
        await using var test = await TestServer.StartAsync(Full(Flag("a", 100), Flag("b", 200)));
        var before = await ReadAsync(test);

        Assert.Empty((await test.Server.Flags.ToggleAsync("b", false, Token)).Errors);
        var off = await ReadAsync(test);
        Assert.Empty((await test.Server.Flags.ToggleAsync("b", true, Token)).Errors);

        var index = before.LastIndexOf("\"Enabled\"", StringComparison.Ordinal);
        Assert.Equal(before[..index] + "\"Disabled\"" + before[(index + 9)..], off);
        Assert.Equal(before, await ReadAsync(test));
    }

    [Fact]
    public async Task A_saved_flag_replaces_only_its_own_text()
    {
        await using var test = await TestServer.StartAsync(Short);
        var view = test.Server.Flags.View.Find("banner")!;
        Assert.StartsWith("{\n  // The text is from marketing.\n  \"variations\"", view.Json, StringComparison.Ordinal);

        var edit = await test.Server.Flags.SaveAsync(
            "banner",
            view.Json.Replace("Hello!", "Bye!", StringComparison.Ordinal) + " // a comment that must not hide the comma",
            view.Json,
            Token);

        Assert.Empty(edit.Errors);
        Assert.Equal(Short.Replace("Hello!", "Bye!", StringComparison.Ordinal), await ReadAsync(test));
        Assert.Equal("Bye!", test.Server.Flags.View.Find("banner")!.Variations[0].Value);
    }

    [Fact]
    public async Task Line_separators_in_strings_are_kept()
    {
        const string Text = "\u2028 \u2029 \u0085";
        await using var test = await TestServer.StartAsync($$"""
            {
              "banner": {
                "name": "before",
                "variations": { "text": "{{Text}}" },
                "serve": "text"
              }
            }
            """);
        var before = await ReadAsync(test);
        var json = test.Server.Flags.View.Find("banner")!.Json;

        Assert.Empty((await test.Server.Flags.SaveAsync(
            "banner", json.Replace("before", "after", StringComparison.Ordinal), json, Token)).Errors);

        Assert.Equal(before.Replace("before", "after", StringComparison.Ordinal), await ReadAsync(test));
        Assert.Equal(Text, test.Server.Flags.View.Find("banner")!.Variations[0].Value);
    }

    [Fact]
    public async Task An_unknown_segment_is_a_warning_of_the_edit_and_of_the_view()
    {
        await using var test = await TestServer.StartAsync("""{ "a": true, "$segments": { "beta": ["ada"] } }""");
        string Rule(string segment) =>
            $$"""{ "rules": [{ "if": "user is in segment {{segment}}", "serve": true }], "serve": false }""";

        Assert.Empty((await test.Server.Flags.SaveAsync("a", Rule("beta"), "true", Token)).Warnings);
        var edit = await test.Server.Flags.SaveAsync("a", Rule("bet"), Rule("beta"), Token);

        Assert.True(edit.Succeeded);
        Assert.Equal("flag a: there is no segment bet; no user is in it", Assert.Single(edit.Warnings));
        Assert.Equal(edit.Warnings, test.Server.Flags.View.Warnings);
        Assert.Contains(edit.Warnings[0], Assert.Single(test.Log.Warnings), StringComparison.Ordinal);

        await test.WriteFlagsAsync($$"""{ "a": {{Rule("bet")}}, "$segments": { "bet": ["ada"] } }""");
        await Eventually.Holds(() => test.Server.Flags.View.Warnings.Count == 0);
    }

    [Fact]
    public async Task Flags_are_added_at_the_end_and_removed_with_their_comma()
    {
        await using var test = await TestServer.StartAsync(Short);
        var flags = test.Server.Flags;

        Assert.Empty((await flags.AddAsync("new \"one\"", "{\n  \"serve\": true\n}", Token)).Errors);
        var added = await ReadAsync(test);
        Assert.Empty((await flags.DeleteAsync("new \"one\"", Token)).Errors);
        var removed = await ReadAsync(test);
        Assert.Empty((await flags.DeleteAsync("dark-mode", Token)).Errors);

        Assert.EndsWith(
            "  \"config\": [1, 2],\n  \"new \\\"one\\\"\": {\n    \"serve\": true\n  },\n}", added, StringComparison.Ordinal);
        Assert.Equal(Short, removed);
        Assert.Equal(
            Short.Replace("  \"dark-mode\": true, // asked", "   // asked", StringComparison.Ordinal), await ReadAsync(test));
        Assert.Equal(["limit", "banner", "config"], flags.View.Flags.Select(flag => flag.Key));
    }

    [Theory]
    [InlineData("{}", "{\n  \"a\": true\n}")]
    [InlineData("{ \"b\": 1 }", "{ \"b\": 1, \"a\": true }")]
    [InlineData("{ \"b\": 1, }", "{ \"b\": 1, \"a\": true, }")]
    [InlineData("{\n}", "{\n  \"a\": true\n}")]
    [InlineData("{\n\t\"b\": 1\n}", "{\n\t\"b\": 1,\n\t\"a\": true\n}")]
    [InlineData("{\r\n  \"b\": 1 // one\r\n}", "{\r\n  \"b\": 1, // one\r\n  \"a\": true\r\n}")]
    [InlineData("{\n  // none yet\n}", "{\n  // none yet\n  \"a\": true\n}")]
    [InlineData("\uFEFF{\n  \"b\": \"é\"\n}\n", "\uFEFF{\n  \"b\": \"é\",\n  \"a\": true\n}\n")]
    public async Task A_flag_can_be_added_to_every_form_of_file_and_removed_again(string before, string expected)
    {
        await using var test = await TestServer.StartAsync(before);

        Assert.Empty((await test.Server.Flags.AddAsync("a", "true", Token)).Errors);
        Assert.Equal(expected, await ReadAsync(test));
        Assert.Empty((await test.Server.Flags.DeleteAsync("a", Token)).Errors);

        Assert.Null(test.Server.Flags.View.Find("a"));
        Assert.Equal(before.Contains('b', StringComparison.Ordinal) ? 1 : 0, test.Server.Flags.View.Flags.Count);
    }

    [Fact]
    public async Task A_short_flag_is_added_to_a_message_in_the_form_of_the_server()
    {
        await using var test = await TestServer.StartAsync(Full());
        Assert.Empty((await test.Server.Flags.AddAsync("a", "true", Token)).Errors);
        using var client = await test.ConnectAsync();
        await client.SyncAsync();

        Assert.Empty((await test.Server.Flags.AddAsync("b", """{ "requires": { "a": true }, "serve": true }""", Token)).Errors);

        var flag = Assert.Single((await client.ReceiveSyncAsync()).Flags);
        Assert.Equal("FF__1__1__1__b", flag.GetProperty("id").GetString());
        Assert.Equal("FF__1__1__1__a", flag.GetProperty("ffp")[0].GetProperty("prerequisiteFeatureFlagId").GetString());
        Assert.Contains("\"keyName\": \"b\"", test.Server.Flags.View.Find("b")!.Json, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dark-mode", "{ \"serve\": tru }", "flag dark-mode: invalid JSON at line 1, position 15")]
    [InlineData("dark-mode", "true false", "flag dark-mode: invalid JSON")]
    [InlineData("dark-mode", "{ \"serv\": true }", "flag dark-mode: the member \"serv\" is unknown: expected name, on, value")]
    [InlineData("dark-mode", "{ \"ff\": { \"keyName\": \"dark-mode\" }, \"id\": \"x\", \"timestamp\": \"1\" }",
        "flag dark-mode: its timestamp has the wrong type; expected a whole number")]
    [InlineData("dark-mode", "{ \"ff\": { \"keyName\": \"dark-mode\", \"KeyName\": \"x\" }, \"id\": \"x\", \"timestamp\": 1 }",
        "flag dark-mode: it has the members \"keyName\" and \"KeyName\"; remove one")]
    [InlineData("dark-mode", "{ \"ff\": { \"keyName\": \"other\" }, \"id\": \"x\", \"timestamp\": 1 }", "expected \"dark-mode\"")]
    [InlineData("dark-mode", "{ \"ff\": { \"keyName\": \"dark-mode\" }, \"id\": \"x\", \"timestamp\": 1, \"ffp\": [{}] }",
        "Flag dark-mode: a prerequisite has no flag id; expected \"prerequisiteFeatureFlagId\"")]
    public async Task An_invalid_flag_is_refused_and_the_error_names_it(string key, string json, string error)
    {
        await using var test = await TestServer.StartAsync(Short);
        var original = test.Server.Flags.View.Find(key)!.Json;

        var edit = await test.Server.Flags.SaveAsync(key, json, original, Token);

        Assert.Contains(error, Assert.Single(edit.Errors), StringComparison.Ordinal);
        Assert.Equal(edit.Errors, test.Server.Flags.Check(key, json).Errors);
        Assert.Equal(Short, await ReadAsync(test));
    }

    [Fact]
    public async Task A_possible_mistake_is_returned_as_a_warning()
    {
        await using var test = await TestServer.StartAsync(Short);

        var edit = await test.Server.Flags.AddAsync(
            "new", """{ "rules": [{ "if": "plan matches the pattern (", "serve": true }], "serve": false }""", Token);

        Assert.True(edit.Succeeded);
        Assert.Contains(
            "flag new: the clause \"plan MatchRegex\" never matches", Assert.Single(edit.Warnings), StringComparison.Ordinal);
        Assert.Equal(edit.Warnings, test.Server.Flags.View.Warnings);
    }

    [Fact]
    public async Task A_change_of_another_flag_on_disk_is_kept_and_served_with_the_edit()
    {
        await using var test = await TestServer.StartAsync(Short, watchEvents: false, pollInterval: Timeout.InfiniteTimeSpan);
        await test.WriteFlagsAsync(Short.Replace("\"limit\": 5", "\"limit\": 6", StringComparison.Ordinal));

        Assert.Empty((await test.Server.Flags.ToggleAsync("dark-mode", false, Token)).Errors);

        Assert.Contains("\"limit\": 6", await ReadAsync(test), StringComparison.Ordinal);
        Assert.Equal("6", test.Server.Flags.View.Find("limit")!.Variations[0].Value);
    }

    [Fact]
    public async Task A_change_on_disk_during_an_edit_is_kept()
    {
        await using var test = await TestServer.StartAsync(Short, watchEvents: false, pollInterval: Timeout.InfiniteTimeSpan);
        var parser = new FlagsFileParser(new FfcDevProtocol(), "FF__1__1__1__");
        var file = new FlagsFile(test.FlagsPath, new DevServerOptions(), new FfcDevProtocol(), parser);
        var reads = 0;

        var edit = await file.EditAsync(
            document =>
            {
                if (reads++ == 0)
                    File.WriteAllText(test.FlagsPath, Short.Replace("\"limit\": 5", "\"limit\": 6", StringComparison.Ordinal));
                return document.Toggle(document.Find("dark-mode")!, isOn: false);
            },
            _ => new FlagEdit([], []),
            Token);

        Assert.Empty(edit.Errors);
        Assert.Equal(2, reads);
        Assert.Contains("\"limit\": 6", await ReadAsync(test), StringComparison.Ordinal);
        Assert.Contains("\"dark-mode\": false", await ReadAsync(test), StringComparison.Ordinal);
        await file.DisposeAsync();
    }

    [Fact]
    public async Task A_change_on_disk_while_an_edit_is_written_is_kept()
    {
        // A large file, because the change must happen between the start and the end of the write.
        var text = $"/* {new string('x', 30_000_000)} */ {Short}";
        var changed = text.Replace("\"limit\": 5", "\"limit\": 6", StringComparison.Ordinal);
        await using var test = await TestServer.StartAsync(text, watchEvents: false, pollInterval: Timeout.InfiniteTimeSpan);
        var other = test.FlagsPath + ".editor";
        await File.WriteAllTextAsync(other, changed, Token);

        var edit = Task.Run(() => test.Server.Flags.ToggleAsync("dark-mode", false, Token), Token);
        var folder = Path.GetDirectoryName(test.FlagsPath)!;
        var stopwatch = Stopwatch.StartNew();
        while (Directory.GetFiles(folder, "*.tmp").Length == 0 && !edit.IsCompleted && stopwatch.Elapsed < TestServer.Timeout)
            Thread.Yield();
        File.Move(other, test.FlagsPath, overwrite: true);

        Assert.Empty((await edit).Errors);
        Assert.Contains("\"limit\": 6", await ReadAsync(test), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_edit_of_a_file_that_changes_all_the_time_is_refused()
    {
        await using var test = await TestServer.StartAsync(Short, watchEvents: false, pollInterval: Timeout.InfiniteTimeSpan);
        var parser = new FlagsFileParser(new FfcDevProtocol(), "FF__1__1__1__");
        await using var file = new FlagsFile(test.FlagsPath, new DevServerOptions(), new FfcDevProtocol(), parser);
        var reads = 0;

        var edit = await file.EditAsync(
            document =>
            {
                File.WriteAllText(test.FlagsPath, $"// {reads++}\n{Short}");
                return document.Toggle(document.Find("dark-mode")!, isOn: false);
            },
            _ => new FlagEdit([], []),
            Token);

        Assert.Contains("another program changes it all the time", Assert.Single(edit.Errors), StringComparison.Ordinal);
        Assert.Equal($"// {reads - 1}\n{Short}", await ReadAsync(test));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(test.FlagsPath)!));
    }

    [Fact]
    public async Task An_edit_of_a_read_only_file_is_refused()
    {
        await using var test = await TestServer.StartAsync(Short);
        File.SetAttributes(test.FlagsPath, FileAttributes.ReadOnly);

        var edit = await test.Server.Flags.ToggleAsync("dark-mode", false, Token);

        Assert.Contains($"{test.FlagsPath} is read-only. Make it writable", Assert.Single(edit.Errors), StringComparison.Ordinal);
        Assert.Equal(Short, await ReadAsync(test));
        File.SetAttributes(test.FlagsPath, FileAttributes.Normal);
    }

    [Theory]
    [InlineData("{}", """{ "id": "x", "ff": { "keyName": "new" }, "timestamp": 1767225600000000 }""", "its timestamp is after")]
    [InlineData("""{ "$server": "featbit" }""",
        """{ "key": "new", "fallthrough": {}, "updatedAt": "9999-12-31T23:59:59Z" }""", "its updatedAt is after")]
    public async Task A_new_flag_with_a_version_that_is_too_high_is_refused(string file, string json, string error)
    {
        await using var test = await TestServer.StartAsync(file);

        var edit = await test.Server.Flags.AddAsync("new", json, Token);

        Assert.Contains($"flag new: {error} the year 9998; expected", Assert.Single(edit.Errors), StringComparison.Ordinal);
        Assert.Empty((await test.Server.Flags.AddAsync("other", "true", Token)).Errors);
    }

    [Fact]
    public async Task A_save_is_refused_if_the_same_flag_changed_on_disk()
    {
        await using var test = await TestServer.StartAsync(Short, watchEvents: false, pollInterval: Timeout.InfiniteTimeSpan);
        var changed = Short.Replace("\"limit\": 5", "\"limit\": 6", StringComparison.Ordinal);
        await test.WriteFlagsAsync(changed);

        var edit = await test.Server.Flags.SaveAsync("limit", "7", "5", Token);

        Assert.Contains("limit was changed in the meantime", Assert.Single(edit.Errors), StringComparison.Ordinal);
        Assert.Equal(changed, await ReadAsync(test));
    }

    [Fact]
    public async Task An_edit_of_an_invalid_file_is_refused_and_the_view_has_the_error()
    {
        await using var test = await TestServer.StartAsync(Short);
        await test.WriteFlagsAsync("{ \"limit\": nul }");
        await Eventually.Holds(() => test.Server.Flags.View.Error is not null);

        var edit = await test.Server.Flags.ToggleAsync("limit", false, Token);

        Assert.StartsWith("The flags file is invalid: invalid JSON", Assert.Single(edit.Errors), StringComparison.Ordinal);
        Assert.Equal("{ \"limit\": nul }", await ReadAsync(test));
        Assert.Equal(4, test.Server.Flags.View.Flags.Count);

        await test.WriteFlagsAsync(Short);
        await Eventually.Holds(() => test.Server.Flags.View.Error is null);
    }

    [Fact]
    public async Task Concurrent_edits_are_all_in_the_file()
    {
        await using var test = await TestServer.StartAsync("{}");

        var edits = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(i => test.Server.Flags.AddAsync($"flag-{i}", "true", Token)));

        Assert.All(edits, edit => Assert.Empty(edit.Errors));
        Assert.Equal(20, test.Server.Flags.View.Flags.Count);
    }

    [Fact]
    public async Task An_edit_keeps_the_permissions_of_the_file_and_a_link_to_it()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has other permissions.");
            return;
        }

        await using var test = await TestServer.StartAsync(Short);
        const UnixFileMode Mode =
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        var real = test.FlagsPath + ".real";
        File.Move(test.FlagsPath, real);
        File.SetUnixFileMode(real, Mode);
        File.CreateSymbolicLink(test.FlagsPath, real);

        Assert.Empty((await test.Server.Flags.ToggleAsync("dark-mode", false, Token)).Errors);

        Assert.Equal(real, new FileInfo(test.FlagsPath).LinkTarget);
        Assert.Equal(Mode, File.GetUnixFileMode(real));
        Assert.Contains("\"dark-mode\": false", await ReadAsync(test), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_edit_is_pushed_once_and_raises_one_change()
    {
        await using var test = await TestServer.StartAsync(Short, pollInterval: TimeSpan.FromMilliseconds(20));
        using var client = await test.ConnectAsync();
        await client.SyncAsync();
        var raised = 0;
        test.Server.Flags.Changed += () => Interlocked.Increment(ref raised);

        Assert.Empty((await test.Server.Flags.ToggleAsync("dark-mode", false, Token)).Errors);
        Assert.Equal(["dark-mode"], (await client.ReceiveSyncAsync()).FlagKeys);

        // Replaced at once, because a poll could read a part of the file.
        var other = test.FlagsPath + ".new";
        await File.WriteAllTextAsync(other, Short.Replace("\"limit\": 5", "\"limit\": 6", StringComparison.Ordinal), Token);
        File.Move(other, test.FlagsPath, overwrite: true);

        // The write of the edit is not a change for the watcher, which polls meanwhile.
        Assert.Contains("limit", (await client.ReceiveSyncAsync()).FlagKeys);
        await test.Server.DisposeAsync();
        Assert.Equal(2, raised);
    }

    [Fact]
    public async Task An_edit_of_one_of_1000_flags_reaches_a_client_within_100_ms()
    {
        // Nothing watches the file, so only the edit itself can push the change.
        await using var test = await TestServer.StartAsync(
            Full([.. Enumerable.Range(0, 1000).Select(i => Flag($"flag-{i}", i + 1))]),
            watchEvents: false,
            pollInterval: Timeout.InfiniteTimeSpan);
        using var client = await test.ConnectAsync();
        await client.SyncAsync();
        var times = new List<TimeSpan>();

        // The best time, because other tests use the same cores.
        for (var i = 0; i < 20; i++)
        {
            var start = Stopwatch.GetTimestamp();
            var edit = test.Server.Flags.ToggleAsync("flag-500", i % 2 == 1, Token);
            await client.ReceiveAsync();
            times.Add(Stopwatch.GetElapsedTime(start));
            Assert.Empty((await edit).Errors);
        }

        Assert.InRange(times.Min(), TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
    }

    [Theory]
    [InlineData("\"limit\": 5", "\"limit\": 12345")]
    [InlineData("\"limit\": 5", "\"limit\": [5]")]
    [InlineData("\"limit\": 5", "\"limit\": 5 // five\n")]
    [InlineData("\"limit\": 5", "\"limit\": 5, \"other\": 6")]
    [InlineData("\"limit\": 5", "\"limit\": { \"requires\": { \"dark-mode\": true }, \"serve\": false }")]
    [InlineData("\"limit\": 5", "\"limits\": 5")]
    [InlineData("\"limit\": 5", "\"limit\": 55")]
    [InlineData("\"dark-mode\": true, // asked for by sales", "\"dark-mode\": false,")]
    [InlineData("Hello!", "Bye!")]
    [InlineData("[1, 2]", "[1, 2, 22, 2]")]
    [InlineData("[1, 2]", "{ \"value\": 1, \"on\": false }")]
    public void A_partly_parsed_file_has_the_content_of_a_completely_parsed_one(string before, string after)
    {
        var parser = new FlagsFileParser(new FfcDevProtocol(), "FF__1__1__1__");
        Assert.Contains(before, Short, StringComparison.Ordinal);
        var file = Encoding.UTF8.GetBytes(Short.Replace(before, after, StringComparison.Ordinal));

        var complete = FlagsDocument.Parse(file, parser);
        var partly = FlagsDocument.Parse(Encoding.UTF8.GetBytes(Short), parser).With(file);

        Assert.Equal(complete.Flags.Select(Describe), partly.Flags.Select(Describe));
        Assert.Equal(
            complete.Data.Flags.Select(flag => Encoding.UTF8.GetString(flag.Json.Span)),
            partly.Data.Flags.Select(flag => Encoding.UTF8.GetString(flag.Json.Span)));
        Assert.Equal(complete.Add("new", "1"), partly.Add("new", "1"));
        foreach (var (one, other) in complete.Flags.Zip(partly.Flags))
        {
            Assert.Equal(complete.Remove(one), partly.Remove(other));
            Assert.Equal(complete.Toggle(one, isOn: false), partly.Toggle(other, isOn: false));
        }

        static string Describe(FlagEntry flag) =>
            $"{flag.Key} {flag.Json} {flag.Index} {flag.Span} {Encoding.UTF8.GetString(flag.Item.Json.Span)}";
    }

    [Fact]
    public void A_partly_parsed_file_with_the_id_of_another_flag_is_rejected()
    {
        var parser = new FlagsFileParser(new FfcDevProtocol(), "FF__1__1__1__");
        var before = Full(Flag("a", 100), Flag("b", 100));
        var after = before.Replace("FF__1__1__1__b", "FF__1__1__1__a", StringComparison.Ordinal);

        var exception = Assert.Throws<InvalidDataException>(
            () => FlagsDocument.Parse(Encoding.UTF8.GetBytes(before), parser).With(Encoding.UTF8.GetBytes(after)));

        Assert.Contains("duplicate id", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_of_variations_reaches_the_flags_that_require_them()
    {
        await using var test = await TestServer.StartAsync("""
            {
              "base": { "variations": { "v1": 1, "v2": 2 }, "serve": "v2" },
              "dependent": { "requires": { "base": "v2" }, "serve": true }
            }
            """);
        using var client = await test.ConnectAsync();
        await client.SyncAsync();

        var original = test.Server.Flags.View.Find("base")!.Json;
        Assert.Empty((await test.Server.Flags.SaveAsync(
            "base", """{ "variations": { "v0": 0, "v1": 1, "v2": 2 }, "serve": "v2" }""", original, Token)).Errors);

        Assert.Equal(["base", "dependent"], (await client.ReceiveSyncAsync()).FlagKeys);
    }

    [Fact]
    public async Task Edits_of_flags_that_do_not_exist_are_refused()
    {
        await using var test = await TestServer.StartAsync(Short);
        FlagEdit[] edits =
        [
            await test.Server.Flags.ToggleAsync("missing", true, Token),
            await test.Server.Flags.SaveAsync("missing", "true", "true", Token),
            await test.Server.Flags.DeleteAsync("missing", Token),
            await test.Server.Flags.AddAsync("limit", "true", Token),
            await test.Server.Flags.DropOverrideAsync("limit", Token),
        ];

        Assert.All(edits, edit => Assert.False(edit.Succeeded));
        Assert.Equal(Short, await ReadAsync(test));
    }

    private static Task<string> ReadAsync(TestServer test) => ReadTextAsync(test.FlagsPath);

    // Not File.ReadAllTextAsync, which removes a byte order mark.
    private static async Task<string> ReadTextAsync(string path) =>
        Encoding.UTF8.GetString(await File.ReadAllBytesAsync(path, Token));
}
