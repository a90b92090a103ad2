using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Streaming;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk.Tests.Streaming;

/// <summary>No exception ends the stream for good.</summary>
public sealed class UnexpectedErrorTests : StreamTest
{
    [Fact]
    public async Task Loggers_that_throw_do_not_affect_the_stream()
    {
        var client = Connect(options => options.LoggerFactory = new ThrowingLoggers());
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var connection = await Server.AcceptAsync();
            await connection.AnswerAsync(MessageJson.Full(new FlagJson("a", attempt + 1).Serves($"{attempt}")));
            await WaitForStateAsync(client, UpdateState.Ok);
            Assert.Equal($"{attempt}", client.Variation("a", Clients.User(), ""));
            connection.Abort();
            await WaitForStateAsync(client, UpdateState.Interrupted);
            await Clock.PassRetryDelayAsync(1 << attempt);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_unexpected_exception_is_reported_and_the_client_reconnects(bool whileApplying)
    {
        var hasFailed = false;
        void FailOnce(bool isHere)
        {
            if (!isHere || hasFailed)
                return;
            hasFailed = true;
            throw new InvalidCastException("surprise");
        }

        var options = Options();
        var status = new UpdateStatusProvider(Clock, options.LoggerFactory.CreateLogger<UpdateStatusProvider>());
        await using var stream = new StreamingSynchronizer(
            options,
            ServerProtocol.Parse(Clients.Secret),
            status,
            requestingFull: () => FailOnce(!whileApplying),
            new DataStore(NullLogger<DataStore>.Instance).PrepareMessage,
            apply: _ => FailOnce(whileApplying),
            hasData: () => true);
        var first = await Server.AcceptAsync();
        if (whileApplying)
            await first.AnswerAsync(MessageJson.Full());
        await Clock.PassRetryDelayAsync();

        Assert.EndsWith("surprise", status.Status.LastError!.Message, StringComparison.Ordinal);
        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full());
        Assert.True(await status.WaitForOkAsync(ScriptedServer.Deadline, Cancellation));
    }

    private sealed class ThrowingLoggers : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable BeginScope<TState>(TState state)
            where TState : notnull => throw new InvalidOperationException("logger");

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidOperationException("logger");

        public void Dispose()
        {
        }
    }
}
