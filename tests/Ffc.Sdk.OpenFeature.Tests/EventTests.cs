using System.Collections.Concurrent;
using Ffc.Sdk.Tests.Streaming;
using Ffc.Sdk.Tests.TestData;
using Ffc.Tests;
using OpenFeature;
using OpenFeature.Constant;
using OpenFeature.Model;

namespace Ffc.Sdk.OpenFeature.Tests;

/// <summary>Status and events of a provider whose client is connected to a scripted server.</summary>
public sealed class EventTests : StreamTest
{
    private static readonly EvaluationContext Ada = EvaluationContext.Builder().SetTargetingKey("ada").Build();

    private readonly string _domain = Guid.NewGuid().ToString();
    private readonly ConcurrentQueue<ProviderEventPayload> _events = new();

    private FeatureClient Feature => Api.Instance.GetClient(_domain);

    private ProviderStatus Status => Feature.ProviderStatus;

    [Fact]
    public async Task The_initialization_waits_for_data_and_then_the_provider_is_ready()
    {
        var setting = Register(new FfcProvider(Connect()));
        var connection = await Server.AcceptAsync();
        Assert.Equal((false, ProviderStatus.NotReady), (setting.IsCompleted, Status));
        await connection.AnswerAsync(MessageJson.Full(new FlagJson("a").Serves("x")));

        await setting.WaitAsync(ScriptedServer.Deadline, Cancellation);
        Assert.Equal(ProviderStatus.Ready, Status);
        Assert.Equal("x", await Feature.GetStringValueAsync("a", "", Ada, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task A_snapshot_makes_the_provider_ready_and_its_results_stale()
    {
        var folder = Directory.CreateTempSubdirectory("ffc-snapshots-");
        try
        {
            await using (var writer = new FfcClient(Options(options => options.Snapshot.Path = folder.FullName)))
            {
                await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full(new FlagJson("a")));
                await WaitForStateAsync(writer, UpdateState.Ok);
            }

            await Register(new FfcProvider(Connect(options => options.Snapshot.Path = folder.FullName)));
            var connection = await Server.AcceptAsync();
            Assert.Equal(ProviderStatus.Ready, Status);
            Assert.True((await DetailsAsync()).FlagMetadata!.GetBool("stale"));

            await connection.AnswerAsync(MessageJson.Full(new FlagJson("a")));
            await Eventually.Is(DetailsAsync, details => details.FlagMetadata!.GetBool("stale") is null);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        Task<FlagEvaluationDetails<string>> DetailsAsync() =>
            Feature.GetStringDetailsAsync("a", "", Ada, cancellationToken: Cancellation);
    }

    [Fact]
    public async Task Without_data_the_status_is_Error_until_data_arrives()
    {
        var startWait = TimeSpan.FromSeconds(12);
        var setting = Register(new FfcProvider(Connect(), startWait));
        var connection = await Server.AcceptAsync();
        Clock.Advance(await Clock.WaitForTimerAsync(delay => delay == startWait));
        await setting.WaitAsync(ScriptedServer.Deadline, Cancellation);
        Assert.Equal(ProviderStatus.Error, Status);
        var details = await Feature.GetBooleanDetailsAsync("a", true, Ada, cancellationToken: Cancellation);
        Assert.Equal((true, ErrorType.ProviderNotReady), (details.Value, details.ErrorType));

        await connection.AnswerAsync(MessageJson.Full());
        await Eventually.Is(() => Status, status => status == ProviderStatus.Ready);
    }

    [Fact]
    public async Task A_broken_stream_makes_the_provider_stale_and_a_restored_one_ready()
    {
        var (client, connection) = await ConnectAsync(new FlagJson("a"));
        await Register(new FfcProvider(client));
        connection.Abort();
        await Eventually.Is(() => Status, status => status == ProviderStatus.Stale);
        Assert.Equal("on", await Feature.GetStringValueAsync("a", "", Ada, cancellationToken: Cancellation));

        await Clock.PassRetryDelayAsync();
        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full(new FlagJson("a")));
        await Eventually.Is(() => Status, status => status == ProviderStatus.Ready);
    }

    [Fact]
    public async Task A_provider_that_is_registered_while_the_stream_is_broken_becomes_stale()
    {
        var (client, connection) = await ConnectAsync(new FlagJson("a"));
        connection.Abort();
        await WaitForStateAsync(client, UpdateState.Interrupted);
        await Register(new FfcProvider(client));

        await Eventually.Is(() => Status, status => status == ProviderStatus.Stale);
    }

    [Fact]
    public async Task A_refused_stream_makes_the_status_Error_but_flags_are_still_evaluated()
    {
        var (client, connection) = await ConnectAsync(new FlagJson("a"));
        await Register(new FfcProvider(client));
        await connection.CloseAsync(4003);

        await Eventually.Is(() => Status, status => status == ProviderStatus.Error);
        await Eventually.Is(() => _events.Last(), payload => payload.Type == ProviderEventTypes.ProviderError);
        Assert.Contains("4003", _events.Last().Message, StringComparison.Ordinal);
        Assert.Equal("on", await Feature.GetStringValueAsync("a", "", Ada, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task Changed_flags_are_reported_with_their_keys_but_the_first_data_is_not()
    {
        var client = Connect();
        var setting = Register(new FfcProvider(client));
        var connection = await Server.AcceptAsync();
        await connection.AnswerAsync(MessageJson.Full(new FlagJson("a"), new FlagJson("b")));
        await setting.WaitAsync(ScriptedServer.Deadline, Cancellation);
        await connection.SendAsync(MessageJson.Patch(new FlagJson("b", 2).Disabled()));

        var change = await Eventually.Is(
            () => _events.FirstOrDefault(payload => payload.Type == ProviderEventTypes.ProviderConfigurationChanged),
            payload => payload is not null);
        Assert.Equal(["b"], change!.FlagsChanged!);
        Assert.Equal("Ffc", change.ProviderName);
    }

    [Fact]
    public async Task Many_changes_before_the_registration_block_nothing()
    {
        var (client, connection) = await ConnectAsync(new FlagJson("a"));
        var provider = new FfcProvider(client);
        await provider.InitializeAsync(EvaluationContext.Empty, Cancellation);

        // Nobody reads the channel, which holds one event.
        for (var version = 2; version < 12; version++)
        {
            await WaitForChangeAsync(
                client, () => connection.SendAsync(MessageJson.Patch(new FlagJson("a", version).Serves($"{version}"))));
        }

        Assert.Equal("11", client.Variation("a", Clients.User(), ""));
        await provider.ShutdownAsync(Cancellation).WaitAsync(ScriptedServer.Deadline, Cancellation);
    }

    [Fact]
    public async Task A_replaced_provider_leaves_its_client_open_and_disposes_of_its_own()
    {
        var (client, connection) = await ConnectAsync(new FlagJson("a"));
        await Register(new FfcProvider(client));
        var own = new FfcProvider(Options());
        var setting = Register(own);
        var ownConnection = await Server.AcceptAsync();
        await ownConnection.AnswerAsync(MessageJson.Full(new FlagJson("a")));
        await setting.WaitAsync(ScriptedServer.Deadline, Cancellation);

        // Events of the first client no longer have a reader.
        await WaitForChangeAsync(client, () => connection.SendAsync(MessageJson.Patch(new FlagJson("a", 2).Disabled())));
        Assert.Equal(UpdateState.Ok, client.UpdateStatusProvider.Status.State);

        await Register(new FfcProvider(client));
        await ownConnection.Ended;
        Assert.Equal(UpdateState.Ok, client.UpdateStatusProvider.Status.State);
    }

    private async Task Register(FfcProvider provider)
    {
        foreach (var type in Enum.GetValues<ProviderEventTypes>())
            Feature.AddHandler(type, payload => _events.Enqueue(payload!));
        await Api.Instance.SetProviderAsync(_domain, provider);
    }
}
