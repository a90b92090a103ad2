namespace Ffc.Sdk.Internal;

/// <summary>Raises events of the client.</summary>
internal static class EventRaiser
{
    /// <summary>Calls each handler by itself, so that one that throws does not stop the others.</summary>
    public static void Raise<TArgs>(EventHandler<TArgs>? handlers, object sender, TArgs args, Action<Exception> onError)
    {
        foreach (var handler in Delegate.EnumerateInvocationList(handlers))
        {
            try
            {
                handler(sender, args);
            }
            catch (Exception exception)
            {
                onError(exception);
            }
        }
    }
}
