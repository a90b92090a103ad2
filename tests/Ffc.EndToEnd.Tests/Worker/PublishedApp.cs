using System.Diagnostics;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests.Worker;

/// <summary>The function app as it is published for Azure.</summary>
internal static class PublishedApp
{
    /// <summary>An environment variable with the folder of an app that is already published.</summary>
    private const string FolderVariable = "FFC_PUBLISHED_APP";

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);
    private static readonly Lazy<Task<string>> Published = new(PublishAsync);

    /// <summary>Returns the folder of the published app. The first call publishes it, unless the variable is set.</summary>
    public static Task<string> FolderAsync() => Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder
        ? Task.FromResult(Path.GetFullPath(folder, Repository.Root))
        : Published.Value;

    private static async Task<string> PublishAsync()
    {
        var folder = Repository.PathOf("artifacts/tests/app");
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);

        var start = new ProcessStartInfo(
            "dotnet",
            ["publish", Repository.PathOf("src/Ffc.Functions"), "--configuration", "Release", "--output", folder, "--nologo"])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Repository.Root,
        };
        using var publish = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            var output = await publish.StandardOutput.ReadToEndAsync(deadline.Token);
            await publish.WaitForExitAsync(deadline.Token);
            return publish.ExitCode == 0
                ? folder
                : throw new InvalidOperationException($"dotnet publish failed ({publish.ExitCode}): {output}");
        }
        finally
        {
            if (!publish.HasExited)
                publish.Kill(entireProcessTree: true);
        }
    }
}
