namespace Ffc.Sdk.Internal;

/// <summary>Describes failed calls of stores in one line, without a final full stop.</summary>
internal static class StoreFault
{
    /// <summary>Describes a failed call.</summary>
    /// <param name="exception">The failure.</param>
    /// <param name="folderSetting">The setting that names the folder of the store; null if the store is not a folder.</param>
    public static string Describe(Exception exception, string? folderSetting)
    {
        if (exception is OperationCanceledException)
            return "no response in time";

        var text = exception.SafeMessage().Split('\n', 2)[0].TrimEnd();
        return folderSetting is not null && exception is IOException or UnauthorizedAccessException
            ? $"{text} (check {folderSetting}: it must be a folder in which the process can create and write files)"
            : text;
    }
}
