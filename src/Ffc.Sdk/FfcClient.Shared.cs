using Microsoft.Extensions.Logging;

namespace Ffc.Sdk;

public sealed partial class FfcClient
{
    private static readonly Lock SharedLock = new();
    private static FfcOptions? _sharedOptions;
    private static FfcClient? _shared;

    /// <summary>
    /// The client that the whole process shares, for code that dependency injection does not reach. Made when first asked
    /// for; it connects in the background.
    /// </summary>
    /// <exception cref="InvalidOperationException"><see cref="Configure"/> was not called before.</exception>
    public static FfcClient Shared
    {
        get
        {
            lock (SharedLock)
            {
                return _shared ??= new FfcClient(
                    _sharedOptions ?? throw new InvalidOperationException("Call FfcClient.Configure(options) before FfcClient.Shared."));
            }
        }
    }

    /// <summary>Says how the shared client is to be made. Where there is one, it is closed in the background, and the next is made.</summary>
    /// <param name="options">How it connects and behaves.</param>
    /// <exception cref="ArgumentException">A setting cannot work; the message names it.</exception>
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
        catch (Exception e)
        {
            client.LogCloseFailed(e);
        }
    }

    [LoggerMessage(EventId = 4, Level = LogLevel.Error, Message = "The replaced shared client did not close cleanly")]
    private partial void LogCloseFailed(Exception e);
}
