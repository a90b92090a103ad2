using Azure.Storage.Blobs;
using Ffc.Sdk;
using Ffc.Sdk.Tests.Streaming;
using Ffc.Sdk.Tests.TestData;
using Ffc.Tests;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ffc.Packages.Tests.Storage;

/// <summary>A host with several environments, whose snapshots and undelivered insights are in the same containers.</summary>
public sealed class TwoEnvironmentsTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private const string EuId = "1__2__4";
    private static readonly string EuSecret = Convert.ToBase64String("golden-env%20260101000000__1__2__4__default_00001"u8);

    private readonly string _containers = $"two-{Guid.NewGuid():N}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Environments_answer_and_flush_independently_and_their_blobs_are_kept_apart()
    {
        await using var flags = await ScriptedServer.StartAsync();
        await using var euFlags = await ScriptedServer.StartAsync();
        await using var track = await TrackServer.StartAsync();
        await using var euTrack = await TrackServer.StartAsync();
        euTrack.Reply = _ => new TrackReply(503);

        var builder = Builder(("Ffc", Clients.Secret, flags, track), ("FfcEu", EuSecret, euFlags, euTrack));
        builder.Services.AddFfc(builder.Configuration.GetSection("Ffc"))
            .AddAzureBlobStorage(builder.Configuration).WaitForDataOnStart();
        builder.Services.AddFfc("eu", builder.Configuration.GetSection("FfcEu"))
            .AddAzureBlobStorage(builder.Configuration).WaitForDataOnStart();
        using (var host = builder.Build())
        {
            var starting = host.StartAsync(Cancellation);
            await (await flags.AcceptAsync()).AnswerAsync(MessageJson.Full(new FlagJson("a").Serves("us")));
            await (await euFlags.AcceptAsync()).AnswerAsync(MessageJson.Full(new FlagJson("a").Serves("eu")));
            await starting.WaitAsync(ScriptedServer.Deadline, Cancellation);
            var client = host.Services.GetRequiredService<IFfcClient>();
            var eu = host.Services.GetRequiredKeyedService<IFfcClient>("eu");

            Assert.Equal("us", client.Variation("a", Clients.User(), ""));
            Assert.Equal("eu", eu.Variation("a", Clients.User(), ""));
            var (delivered, stored) = (await client.FlushAsync(Cancellation), await eu.FlushAsync(Cancellation));
            Assert.Equal((1, 0), (delivered.Delivered, delivered.ToOutbox));
            Assert.Equal((0, 1), (stored.Delivered, stored.ToOutbox));
            Assert.Equal((1, 0), (track.KeptEvents, euTrack.KeptEvents));
            Assert.Equal(0, (await client.Insights.GetOutboxStatusAsync(Cancellation)).Batches);
            Assert.Equal(1, (await eu.Insights.GetOutboxStatusAsync(Cancellation)).Batches);
            await host.StopAsync(Cancellation);
        }

        Assert.Equal(["1__2__3.json.gz", $"{EuId}.json.gz"], await BlobsAsync("s"));
        Assert.All(await BlobsAsync("o"), blob => Assert.StartsWith($"v1/{EuId}/", blob, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_secret_can_appear_twice()
    {
        await using var flags = await ScriptedServer.StartAsync();
        await using var track = await TrackServer.StartAsync();
        var builder = Builder(("Ffc", Clients.Secret, flags, track));
        var section = builder.Configuration.GetSection("Ffc");
        builder.Services.AddFfc(section).AddAzureBlobStorage(builder.Configuration).WaitForDataOnStart();
        builder.Services.AddFfc("copy", section).AddAzureBlobStorage(builder.Configuration).WaitForDataOnStart();
        using var host = builder.Build();
        var starting = host.StartAsync(Cancellation);
        await (await flags.AcceptAsync()).AnswerAsync(MessageJson.Full(new FlagJson("a")));
        await (await flags.AcceptAsync()).AnswerAsync(MessageJson.Full(new FlagJson("a")));
        await starting.WaitAsync(ScriptedServer.Deadline, Cancellation);
        IFfcClient[] clients =
            [host.Services.GetRequiredService<IFfcClient>(), host.Services.GetRequiredKeyedService<IFfcClient>("copy")];

        Assert.NotSame(clients[0], clients[1]);
        foreach (var client in clients)
        {
            Assert.Equal("on", client.Variation("a", Clients.User(), ""));
            Assert.Equal(1, (await client.FlushAsync(Cancellation)).Delivered);
        }

        await host.StopAsync(Cancellation);
        Assert.Equal(["1__2__3.json.gz"], await BlobsAsync("s"));
    }

    private HostApplicationBuilder Builder(
        params (string Section, string Secret, ScriptedServer Flags, TrackServer Track)[] items)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["AzureWebJobsStorage"] = azurite.ConnectionString;
        foreach (var (section, secret, flags, track) in items)
        {
            builder.Configuration[$"{section}:EnvSecret"] = secret;
            builder.Configuration[$"{section}:StreamingUri"] = flags.Uri.ToString();
            builder.Configuration[$"{section}:EventsUri"] = track.Uri.ToString();
            builder.Configuration[$"{section}:StartWait"] = "00:00:30";
            builder.Configuration[$"{section}:Insights:MaxRetries"] = "0";
            builder.Configuration[$"{section}:Snapshot:Container"] = $"{_containers}-s";
            builder.Configuration[$"{section}:Outbox:Container"] = $"{_containers}-o";
        }

        return builder;
    }

    private async Task<IReadOnlyList<string>> BlobsAsync(string suffix)
    {
        var names = new List<string>();
        var container = new BlobServiceClient(azurite.ConnectionString).GetBlobContainerClient($"{_containers}-{suffix}");
        await foreach (var blob in container.GetBlobsAsync(cancellationToken: Cancellation))
            names.Add(blob.Name);
        return names;
    }
}
