using Microsoft.AspNetCore.Components;

namespace Ffc.DevServer.Dashboard;

/// <summary>A component that renders again when data of the server changes, at most five times a second.</summary>
public abstract class LiveComponent : ComponentBase, IDisposable
{
    private static readonly TimeSpan MinInterval = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _disposedCts = new();
    private int _isPending;

    /// <summary>Is cancelled when the component is removed from the page.</summary>
    protected CancellationToken Disposed => _disposedCts.Token;

    /// <summary>Removes the component from the page.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Removes the handlers of events.</summary>
    /// <param name="disposing">Always true.</param>
    protected virtual void Dispose(bool disposing)
    {
        _disposedCts.Cancel();
        _disposedCts.Dispose();
    }

    /// <summary>Renders the component soon. Any thread may call it; calls that follow each other cause one rendering.</summary>
    protected void Refresh()
    {
        if (Interlocked.Exchange(ref _isPending, 1) == 0)
            _ = RefreshAsync();
    }

    /// <summary>Reads the data before the component is rendered again.</summary>
    protected virtual Task UpdateAsync() => Task.CompletedTask;

    private async Task RefreshAsync()
    {
        try
        {
            await Task.Delay(MinInterval, Disposed);
            Volatile.Write(ref _isPending, 0);
            await InvokeAsync(async () =>
            {
                await UpdateAsync();
                StateHasChanged();
            });
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
        }
    }
}
