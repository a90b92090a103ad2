using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Ffc.EndToEnd.Tests.Processes;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests;

/// <summary>Instances that come and go: what one knew, the next one answers with, whatever has become of the server meanwhile.</summary>
public sealed class SnapshotTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>, IDisposable
{
    private const string Unreachable = "http://127.0.0.1:1";
    private const string BlobName = "1__1__1.json.gz";

    private readonly string _container = $"snapshots-{Guid.NewGuid():N}";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ffc-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private BlobClient Blob => new BlobContainerClient(azurite.ConnectionString, _container).GetBlobClient(BlobName);

    private string FlagsPath => Path.Combine(_folder.FullName, "flags.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task With_the_server_gone_a_new_instance_answers_as_the_last_one_did()
    {
        await WriteSnapshotAsync();

        await using var app = await StartAppAsync(Unreachable);
        await Eventually.Is(() => FlagService.StatusOf(app, "/api/health/ready"), status => status == 200);

        Assert.True(await CheckoutAsync(app));
        var ready = await app.Http.GetFromJsonAsync<JsonElement>("/api/health/ready", Token);
        var data = (await app.Http.GetFromJsonAsync<JsonElement>("/api/status", Token)).GetProperty("data");
        var version = data.GetProperty("version").GetInt64();
        Assert.Equal(("snapshot", "snapshot"), (ready.GetProperty("source").GetString(), data.GetProperty("source").GetString()));
        Assert.Equal((await DataVersionAsync(), version), (version, ready.GetProperty("version").GetInt64()));
        Assert.InRange(data.GetProperty("snapshotAgeSeconds").GetDouble(), 0, 300);
        Assert.InRange(ready.GetProperty("snapshotAgeSeconds").GetDouble(), 0, 300);
    }

    [Fact]
    public async Task A_slow_servers_answer_takes_the_place_of_the_snapshot()
    {
        await WriteSnapshotAsync();
        await using var server = await StartServerAsync();
        await server.Http.PostAsJsonAsync("/control/streaming", new { delayMs = 2_000 }, Token);
        EditCheckout("Disabled");

        await using var app = await StartAppAsync(server.BaseUri.ToString());
        await Eventually.Is(() => SourceOf(app), source => source == "snapshot");
        Assert.True(await CheckoutAsync(app));

        await Eventually.Is(() => SourceOf(app), source => source == "stream");
        Assert.False(await CheckoutAsync(app));
        Assert.Equal(JsonValueKind.Null, (await app.Http.GetFromJsonAsync<JsonElement>("/api/status", Token))
            .GetProperty("data").GetProperty("snapshotAgeSeconds").ValueKind);
    }

    [Fact]
    public async Task An_instance_cut_off_from_the_server_takes_what_another_one_wrote()
    {
        await WriteSnapshotAsync();
        await using var cut = await StartAppAsync(Unreachable, ("Ffc__Snapshot__RefreshInterval", "00:00:01"));
        await Eventually.Is(() => SourceOf(cut), source => source == "snapshot");
        Assert.True(await CheckoutAsync(cut));

        EditCheckout("Disabled");
        await WriteSnapshotAsync();

        await Eventually.Is(() => CheckoutAsync(cut), answer => !answer);
    }

    [Fact]
    public async Task OpenFeature_clients_are_told_that_an_answer_is_stale_until_the_server_confirmed_it()
    {
        await WriteSnapshotAsync();
        await using var server = await StartServerAsync();
        await server.Http.PostAsJsonAsync("/control/streaming", new { delayMs = 2_000 }, Token);

        await using var app = await StartAppAsync(server.BaseUri.ToString());
        await Eventually.Is(() => SourceOf(app), source => source == "snapshot");
        Assert.True(await IsStaleAsync(app));

        await Eventually.Is(() => SourceOf(app), source => source == "stream");
        Assert.False(await IsStaleAsync(app));
    }

    [Fact]
    public async Task A_flag_removed_while_no_instance_ran_is_not_brought_back_by_the_snapshot()
    {
        await WriteSnapshotAsync();
        FlagsFile.Edit(FlagsPath, flags => flags.Remove(flags.Single(flag => (string?)flag!["ff"]!["keyName"] == "new-checkout")));
        await using (var server = await StartServerAsync())
        await using (var app = await StartAppAsync(server.BaseUri.ToString()))
        {
            await Eventually.Is(() => SourceOf(app), source => source == "stream");
            Assert.Equal(404, await CheckoutStatusAsync(app));
            await app.TerminateAsync();
        }

        await using var next = await StartAppAsync(Unreachable);
        await Eventually.Is(() => SourceOf(next), source => source == "snapshot");
        Assert.Equal(404, await CheckoutStatusAsync(next));
    }

    [Fact]
    public async Task A_change_is_written_without_a_stop()
    {
        await using var server = await StartServerAsync();
        await using var app = await StartAppAsync(server.BaseUri.ToString(), ("Ffc__Snapshot__MinWriteInterval", "00:00:00.2"));
        await Eventually.Is(async () => await Blob.ExistsAsync(Token), exists => exists);
        var before = await DataVersionAsync();

        EditCheckout("Disabled");

        await Eventually.Is(DataVersionAsync, version => version > before);
    }

    [Fact]
    public async Task A_damaged_snapshot_is_refused_with_one_warning_and_replaced()
    {
        await WriteSnapshotAsync();
        var content = (await Blob.DownloadContentAsync(Token)).Value;
        await Blob.UploadAsync(
            BinaryData.FromBytes(content.Content.ToMemory()[..^20]), new BlobUploadOptions { Metadata = content.Details.Metadata }, Token);

        await using (var cut = await StartAppAsync(Unreachable, ("Ffc__Snapshot__RefreshInterval", "00:00:00.2")))
        {
            await Eventually.Is(() => Task.FromResult(cut.Output), output => output.Contains("is not used", StringComparison.Ordinal));
            Assert.Equal(503, await FlagService.StatusOf(cut, "/api/health/ready"));
            Assert.Contains("it is truncated or not gzip", Assert.Single(cut.Output.Split('\n'), line => line.Contains("1__1__1", StringComparison.Ordinal)), StringComparison.Ordinal);
        }

        await WriteSnapshotAsync();
        await using var next = await StartAppAsync(Unreachable);
        await Eventually.Is(() => SourceOf(next), source => source == "snapshot");
    }

    [Fact]
    public async Task Storage_that_never_answers_holds_up_neither_the_start_nor_a_request()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var storage = $"AccountName=a;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/a";
        await using var server = await StartServerAsync();

        await using var app = await StartAppAsync(server.BaseUri.ToString(), ("AzureWebJobsStorage", storage));
        await Eventually.Is(() => SourceOf(app), source => source == "stream");

        Assert.True(await CheckoutAsync(app));
        Assert.InRange(await app.TerminateAsync(), TimeSpan.Zero, TimeSpan.FromSeconds(4.5));
    }

    [Fact]
    public async Task Without_storage_snapshots_are_kept_in_a_folder()
    {
        var folder = ("Ffc__Snapshot__Path", Path.Combine(_folder.FullName, "snapshots"));
        var noStorage = ("AzureWebJobsStorage", "");
        await using (var server = await StartServerAsync())
        await using (var app = await StartAppAsync(server.BaseUri.ToString(), folder, noStorage))
        {
            await Eventually.Is(() => SourceOf(app), source => source == "stream");
            await app.TerminateAsync();
        }

        await using var next = await StartAppAsync(Unreachable, folder, noStorage);
        await Eventually.Is(() => SourceOf(next), source => source == "snapshot");
        Assert.True(await CheckoutAsync(next));
    }

    [Theory]
    [InlineData("AzureWebJobsStorage", "the wrong words", "AzureWebJobsStorage: must be a storage connection string")]
    [InlineData("Ffc__Snapshot__Container", "Not A Container", "Ffc:Snapshot:Container")]
    [InlineData("Ffc__Snapshot__RefreshInterval", "00:00:00", "Ffc:Snapshot:RefreshInterval")]
    public async Task A_bad_setting_stops_the_start_with_a_message_that_names_it(string name, string value, string expected)
    {
        var settings = Settings(Unreachable);
        settings[name] = value;

        await using var app = await AppProcess.RunToEndAsync("Ffc.Host", settings, "--urls", "http://127.0.0.1:0");

        Assert.NotEqual(0, app.ExitCode);
        Assert.Contains(expected, app.Output, StringComparison.Ordinal);
    }

    /// <summary>Lets an instance learn from the server what the flags are, and ends it; its last act is to write the snapshot.</summary>
    private async Task WriteSnapshotAsync()
    {
        await using var server = await StartServerAsync();
        await using var app = await StartAppAsync(server.BaseUri.ToString());
        await Eventually.Is(() => SourceOf(app), source => source == "stream");
        Assert.InRange(await app.TerminateAsync(), TimeSpan.Zero, TimeSpan.FromSeconds(4.5));
        Assert.True(await Blob.ExistsAsync(Token), app.Output);
    }

    private Task<AppProcess> StartServerAsync()
    {
        if (!File.Exists(FlagsPath))
            File.Copy(Path.Combine(Repository.Root, "samples", "flags.json"), FlagsPath);
        return AppProcess.StartAsync("Ffc.DevServer", [], "--flags", FlagsPath, "--urls", "http://127.0.0.1:0", "--control", "true");
    }

    private async Task<AppProcess> StartAppAsync(string server, params (string Name, string Value)[] more)
    {
        var settings = Settings(server);
        foreach (var (name, value) in more)
            settings[name] = value;
        var app = await AppProcess.StartAsync("Ffc.Host", settings, "--urls", "http://127.0.0.1:0");
        app.Http.DefaultRequestHeaders.Add("x-functions-key", FlagService.FunctionKey);
        return app;
    }

    private Dictionary<string, string> Settings(string server) => new(FlagService.Settings(new Uri(server)))
    {
        ["AzureWebJobsStorage"] = azurite.ConnectionString,
        ["Ffc__Snapshot__Container"] = _container,
    };

    private void EditCheckout(string status) => FlagsFile.Edit(
        FlagsPath, flags => flags.Single(flag => (string?)flag!["ff"]!["keyName"] == "new-checkout")!["ff"]!["status"] = status);

    private static async Task<bool> CheckoutAsync(AppProcess app)
    {
        var state = await FlagService.EvaluateAsync(app, "new-checkout", new { key = "u1", email = "ada@example.com" }, false);
        Assert.True(state.GetProperty("success").GetBoolean(), state.ToString());
        return state.GetProperty("data").GetProperty("variation").GetBoolean();
    }

    private static async Task<int> CheckoutStatusAsync(AppProcess app)
    {
        using var response = await app.Http.PostAsJsonAsync("/api/evaluate/new-checkout", new { user = new { key = "u1" } }, Token);
        return (int)response.StatusCode;
    }

    private static async Task<bool> IsStaleAsync(AppProcess app)
    {
        using var response = await app.Http.PostAsJsonAsync(
            "/api/ofrep/v1/evaluate/flags/new-checkout", new { context = new { targetingKey = "u1" } }, Token);
        return (await response.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("metadata").TryGetProperty("stale", out var stale)
            && stale.GetBoolean();
    }

    private static async Task<string?> SourceOf(AppProcess app) =>
        (await app.Http.GetFromJsonAsync<JsonElement>("/api/status", Token)).GetProperty("data").GetProperty("source").GetString();

    private async Task<long> DataVersionAsync() => long.Parse(
        (await Blob.GetPropertiesAsync(cancellationToken: Token)).Value.Metadata["dataversion"], CultureInfo.InvariantCulture);
}
