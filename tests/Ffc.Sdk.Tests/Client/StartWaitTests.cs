using Ffc.Sdk.Tests.Streaming;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Ffc.Sdk.Tests.Client;

/// <summary>Hosts whose start waits for flag data.</summary>
public sealed class StartWaitTests : StreamTest
{
    [Fact]
    public async Task The_start_waits_until_there_is_data()
    {
        using var host = Host();
        var starting = host.StartAsync(Cancellation);
        var connection = await Server.AcceptAsync();
        await connection.ReceiveAsync();
        Assert.False(starting.IsCompleted);
        await connection.SendAsync(MessageJson.Full(new FlagJson("a")));

        await starting.WaitAsync(ScriptedServer.Deadline, Cancellation);
        Assert.Equal("on", host.Services.GetRequiredService<IFfcClient>().Variation("a", Clients.User(), ""));
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task The_start_waits_for_two_clients_at_the_same_time()
    {
        using var host = Host("other");
        var starting = host.StartAsync(Cancellation);
        ServerConnection[] connections = [await Server.AcceptAsync(), await Server.AcceptAsync()];
        foreach (var connection in connections)
        {
            Assert.False(starting.IsCompleted);
            await connection.AnswerAsync(MessageJson.Full(new FlagJson("a")));
        }

        await starting.WaitAsync(ScriptedServer.Deadline, Cancellation);
        Assert.True(host.Services.GetRequiredKeyedService<IFfcClient>("other").Initialized);
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Without_data_the_host_starts_after_StartWait_with_a_warning()
    {
        using var host = Host();
        var starting = host.StartAsync(Cancellation);
        await Server.AcceptAsync();
        Clock.Advance(await Clock.WaitForTimerAsync(delay => delay == TimeSpan.FromSeconds(12)));

        await starting.WaitAsync(ScriptedServer.Deadline, Cancellation);
        var warning = Assert.Single(Logs.GetSnapshot(), log => log.Level == LogLevel.Warning);
        Assert.StartsWith("The host starts without flag data, after waiting for at most 12 s.", warning.Message);
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_client_that_is_refused_does_not_delay_the_start()
    {
        using var host = Host();
        var starting = host.StartAsync(Cancellation);
        await (await Server.AcceptAsync()).CloseAsync(4003);

        await starting.WaitAsync(ScriptedServer.Deadline, Cancellation);
        Assert.Contains(Logs.GetSnapshot(), log => log.Message.Contains("Last error: ", StringComparison.Ordinal)
            && log.Message.Contains("4003", StringComparison.Ordinal));
        await host.StopAsync(Cancellation);
    }

    private IHost Host(string? otherKey = null)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.Information).AddProvider(new FakeLoggerProvider(Logs));
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.AddFfc(Configure).WaitForDataOnStart();
        if (otherKey is not null)
            builder.Services.AddFfc(otherKey, Configure).WaitForDataOnStart();
        return builder.Build();

        void Configure(FfcOptions options)
        {
            (options.EnvSecret, options.StreamingUri, options.EventsUri) = (Clients.Secret, Server.Uri, Options().EventsUri);
            options.StartWait = TimeSpan.FromSeconds(12);
            options.Streaming.ConnectTimeout = TimeSpan.FromMinutes(1);
        }
    }
}
