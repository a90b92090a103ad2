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

/// <summary>Snapshots that one instance writes and another instance starts with, in processes.</summary>
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
    public async Task A_new_instance_starts_from_the_snapshot_when_the_server_is_unreachable()
    {
        await WriteSnapshotAsync();

        await using var app = await StartAppAsync(Unreachable);
        await Eventually.Is(() => FlagService.StatusOf(app, "/api/health/ready"), status => status == 200);

        Assert.True(await EvaluateCheckoutAsync(app));
        var ready = await app.Http.GetFromJsonAsync<JsonElement>("/api/health/ready", Token);
        var data = (await app.Http.GetFromJsonAsync<JsonElement>("/api/status", Token)).GetProperty("data");
        var version = data.GetProperty("version").GetInt64();
        Assert.Equal(("snapshot", "snapshot"), (ready.GetProperty("source").GetString(), data.GetProperty("source").GetString()));
        Assert.Equal((await GetDataVersionAsync(), version), (version, ready.GetProperty("version").GetInt64()));
        Assert.InRange(data.GetProperty("snapshotAgeSeconds").GetDouble(), 0, 300);
        Assert.InRange(ready.GetProperty("snapshotAgeSeconds").GetDouble(), 0, 300);
    }

    [Fact]
    public async Task Data_from_a_slow_server_replaces_the_snapshot()
    {
        await WriteSnapshotAsync();
        await using var server = await StartServerAsync();
        await server.Http.PostAsJsonAsync("/control/streaming", new { delayMs = 2_000 }, Token);
        EditCheckout("Disabled");

        await using var app = await StartAppAsync(server.BaseUri.ToString());
        await Eventually.Is(() => GetSourceAsync(app), source => source == "snapshot");
        Assert.True(await EvaluateCheckoutAsync(app));

        await Eventually.Is(() => GetSourceAsync(app), source => source == "stream");
        Assert.False(await EvaluateCheckoutAsync(app));
        Assert.Equal(JsonValueKind.Null, (await app.Http.GetFromJsonAsync<JsonElement>("/api/status", Token))
            .GetProperty("data").GetProperty("snapshotAgeSeconds").ValueKind);
    }

    [Fact]
    public async Task A_disconnected_instance_reads_the_snapshot_of_another_instance()
    {
        await WriteSnapshotAsync();
        await using var disconnected = await StartAppAsync(Unreachable, ("Ffc__Snapshot__RefreshInterval", "00:00:01"));
        await Eventually.Is(() => GetSourceAsync(disconnected), source => source == "snapshot");
        Assert.True(await EvaluateCheckoutAsync(disconnected));

        EditCheckout("Disabled");
        await WriteSnapshotAsync();

        await Eventually.Is(() => EvaluateCheckoutAsync(disconnected), isOn => !isOn);
    }

    [Fact]
    public async Task OFREP_responses_are_marked_stale_until_the_stream_delivers_data()
    {
        await WriteSnapshotAsync();
        await using var server = await StartServerAsync();
        await server.Http.PostAsJsonAsync("/control/streaming", new { delayMs = 2_000 }, Token);

        await using var app = await StartAppAsync(server.BaseUri.ToString());
        await Eventually.Is(() => GetSourceAsync(app), source => source == "snapshot");
        Assert.True(await IsStaleAsync(app));

        await Eventually.Is(() => GetSourceAsync(app), source => source == "stream");
        Assert.False(await IsStaleAsync(app));
    }

    [Fact]
    public async Task A_flag_that_was_removed_while_no_instance_ran_is_not_restored_from_the_snapshot()
    {
        await WriteSnapshotAsync();
        FlagsFile.Edit(FlagsPath, flags => flags.Remove(flags.Find("new-checkout")));
        await using (var server = await StartServerAsync())
        await using (var app = await StartAppAsync(server.BaseUri.ToString()))
        {
            await Eventually.Is(() => GetSourceAsync(app), source => source == "stream");
            Assert.Equal(404, await GetCheckoutStatusAsync(app));
            await app.TerminateAsync();
        }

        await using var next = await StartAppAsync(Unreachable);
        await Eventually.Is(() => GetSourceAsync(next), source => source == "snapshot");
        Assert.Equal(404, await GetCheckoutStatusAsync(next));
    }

    [Fact]
    public async Task A_change_is_written_while_the_instance_runs()
    {
        await using var server = await StartServerAsync();
        await using var app = await StartAppAsync(server.BaseUri.ToString(), ("Ffc__Snapshot__MinWriteInterval", "00:00:00.2"));
        await Eventually.Is(async () => await Blob.ExistsAsync(Token), exists => exists);
        var before = await GetDataVersionAsync();

        EditCheckout("Disabled");

        await Eventually.Is(GetDataVersionAsync, version => version > before);
    }

    [Fact]
    public async Task A_damaged_snapshot_is_rejected_with_one_warning_and_replaced()
    {
        await WriteSnapshotAsync();
        var content = (await Blob.DownloadContentAsync(Token)).Value;
        var truncated = BinaryData.FromBytes(content.Content.ToMemory()[..^20]);
        await Blob.UploadAsync(truncated, new BlobUploadOptions { Metadata = content.Details.Metadata }, Token);

        await using (var disconnected = await StartAppAsync(Unreachable, ("Ffc__Snapshot__RefreshInterval", "00:00:00.2")))
        {
            await Eventually.Is(() => disconnected.Output, output => output.Contains("is not used", StringComparison.Ordinal));
            Assert.Equal(503, await FlagService.StatusOf(disconnected, "/api/health/ready"));
            var warning = Assert.Single(
                disconnected.Output.Split('\n'), line => line.Contains("SnapshotReader", StringComparison.Ordinal));
            Assert.Contains("it is truncated or not gzip", warning, StringComparison.Ordinal);
        }

        await WriteSnapshotAsync();
        await using var next = await StartAppAsync(Unreachable);
        await Eventually.Is(() => GetSourceAsync(next), source => source == "snapshot");
    }

    [Fact]
    public async Task Unresponsive_storage_delays_neither_the_start_nor_requests()
    {
        using var unresponsive = new TcpListener(IPAddress.Loopback, 0);
        unresponsive.Start();
        var storage = $"AccountName=a;AccountKey=a2V5;BlobEndpoint=http://{unresponsive.LocalEndpoint}/a";
        await using var server = await StartServerAsync();

        await using var app = await StartAppAsync(server.BaseUri.ToString(), ("AzureWebJobsStorage", storage));
        await Eventually.Is(() => GetSourceAsync(app), source => source == "stream");

        Assert.True(await EvaluateCheckoutAsync(app));
        Assert.InRange(await app.TerminateAsync(), TimeSpan.Zero, TimeSpan.FromSeconds(4.5));
    }

    [Fact]
    public async Task Without_storage_snapshots_are_stored_in_a_folder()
    {
        var folder = ("Ffc__Snapshot__Path", Path.Combine(_folder.FullName, "snapshots"));
        var noStorage = ("AzureWebJobsStorage", "");
        await using (var server = await StartServerAsync())
        await using (var app = await StartAppAsync(server.BaseUri.ToString(), folder, noStorage))
        {
            await Eventually.Is(() => GetSourceAsync(app), source => source == "stream");
            await app.TerminateAsync();
        }

        await using var next = await StartAppAsync(Unreachable, folder, noStorage);
        await Eventually.Is(() => GetSourceAsync(next), source => source == "snapshot");
        Assert.True(await EvaluateCheckoutAsync(next));
    }

    [Theory]
    [InlineData("AzureWebJobsStorage", "not a connection string", "AzureWebJobsStorage: must be a storage connection string")]
    [InlineData("Ffc__Snapshot__Container", "Not A Container", "Ffc:Snapshot:Container")]
    [InlineData("Ffc__Snapshot__RefreshInterval", "00:00:00", "Ffc:Snapshot:RefreshInterval")]
    public async Task An_invalid_setting_stops_the_start_with_a_message_that_names_it(string name, string value, string expected)
    {
        var settings = Settings(Unreachable);
        settings[name] = value;

        await using var app = await AppProcess.RunToEndAsync("Ffc.Host", settings, "--urls", "http://127.0.0.1:0");

        Assert.NotEqual(0, app.ExitCode);
        Assert.Contains(expected, app.Output, StringComparison.Ordinal);
    }

    /// <summary>Starts an instance, waits for data from the stream, and stops it; it writes the snapshot when it stops.</summary>
    private async Task WriteSnapshotAsync()
    {
        await using var server = await StartServerAsync();
        await using var app = await StartAppAsync(server.BaseUri.ToString());
        await Eventually.Is(() => GetSourceAsync(app), source => source == "stream");
        Assert.InRange(await app.TerminateAsync(), TimeSpan.Zero, TimeSpan.FromSeconds(4.5));
        Assert.True(await Blob.ExistsAsync(Token), app.Output);
    }

    private Task<AppProcess> StartServerAsync()
    {
        if (!File.Exists(FlagsPath))
            File.Copy(Repository.PathOf("samples/flags.json"), FlagsPath);
        return AppProcess.StartAsync(
            "Ffc.DevServer", [], "--flags", FlagsPath, "--urls", "http://127.0.0.1:0", "--control", "true");
    }

    private async Task<AppProcess> StartAppAsync(string server, params (string Name, string Value)[] moreSettings)
    {
        var settings = Settings(server);
        foreach (var (name, value) in moreSettings)
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

    private void EditCheckout(string status) =>
        FlagsFile.Edit(FlagsPath, flags => flags.Find("new-checkout")["ff"]!["status"] = status);

    private static async Task<bool> EvaluateCheckoutAsync(AppProcess app)
    {
        var state = await FlagService.EvaluateAsync(app, "new-checkout", new { key = "u1", email = "ada@example.com" }, false);
        Assert.True(state.GetProperty("success").GetBoolean(), state.ToString());
        return state.GetProperty("data").GetProperty("variation").GetBoolean();
    }

    private static async Task<int> GetCheckoutStatusAsync(AppProcess app)
    {
        using var response = await app.Http.PostAsJsonAsync(
            "/api/evaluate/new-checkout", new { user = new { key = "u1" } }, Token);
        return (int)response.StatusCode;
    }

    private static async Task<bool> IsStaleAsync(AppProcess app)
    {
        using var response = await app.Http.PostAsJsonAsync(
            "/api/ofrep/v1/evaluate/flags/new-checkout", new { context = new { targetingKey = "u1" } }, Token);
        var metadata = (await response.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("metadata");
        return metadata.TryGetProperty("stale", out var stale) && stale.GetBoolean();
    }

    private static async Task<string?> GetSourceAsync(AppProcess app)
    {
        var status = await app.Http.GetFromJsonAsync<JsonElement>("/api/status", Token);
        return status.GetProperty("data").GetProperty("source").GetString();
    }

    private async Task<long> GetDataVersionAsync() => long.Parse(
        (await Blob.GetPropertiesAsync(cancellationToken: Token)).Value.Metadata["dataversion"], CultureInfo.InvariantCulture);
}
