using Microsoft.Extensions.Logging;

namespace Ffc.Sdk;

public sealed partial class FfcClient
{
    private static readonly Lock SharedLock = new();
    private static FfcOptions? _sharedOptions;
    private static FfcClient? _shared;

    /// <summary>
    /// The client that all code of the process shares, for code without dependency injection. It is created on first use and
    /// connects in the background. Prefer dependency injection (<c>AddFfc</c>) or a separate client.
    /// </summary>
    /// <exception cref="InvalidOperationException"><see cref="Configure"/> was not called.</exception>
    public static FfcClient Shared
    {
        get
        {
            lock (SharedLock)
            {
                return _shared ??= new FfcClient(_sharedOptions
                    ?? throw new InvalidOperationException("Call FfcClient.Configure(options) before FfcClient.Shared."));
            }
        }
    }

    /// <summary>
    /// Sets the options of the shared client. An existing shared client is disposed of in the background; the next use creates
    /// a new one.
    /// </summary>
    /// <param name="options">The options.</param>
    /// <exception cref="ArgumentException">A setting is not valid; the message names it.</exception>
    public static void Configure(FfcOptions options)
    {
        ThrowIfInvalid(options);
        FfcClient? replaced;
        lock (SharedLock)
        {
            replaced = _shared;
            (_sharedOptions, _shared) = (options.Copy(), null);
        }

        if (replaced is not null)
            _ = CloseReplacedAsync(replaced);
    }

    private static async Task CloseReplacedAsync(FfcClient client)
    {
        try
        {
            await client.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            client.LogCloseFailed(exception);
        }
    }

    [LoggerMessage(EventId = 4, Level = LogLevel.Error, Message = "Disposing of the replaced shared client failed")]
    private partial void LogCloseFailed(Exception exception);
}
