using System.Diagnostics;

namespace Ffc.Tests;

/// <summary>The npm programs in <c>tests/tools</c>. They are installed by the first test that wants one.</summary>
internal static class TestTools
{
    private static readonly TimeSpan InstallTimeout = TimeSpan.FromMinutes(5);
    private static readonly Lazy<Task<string>> Installed = new(InstallAsync);

    /// <summary>The folder of the tools, with everything in its lock file installed.</summary>
    public static Task<string> FolderAsync() => Installed.Value;

    /// <summary>The repository's root, found from where the tests run.</summary>
    public static string RepositoryRoot { get; } = FindRoot(new DirectoryInfo(AppContext.BaseDirectory));

    private static string FindRoot(DirectoryInfo? folder)
    {
        for (; folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Ffc.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Ffc.sln.");
    }

    private static async Task<string> InstallAsync()
    {
        var folder = Path.Combine(RepositoryRoot, "tests", "tools");

        // Test projects run side by side: whoever comes second waits here, and then finds the work done.
        using var turn = await LockAsync(Path.Combine(folder, "obj", "install.lock"));
        if (!IsInstalled(folder))
            await RunNpmAsync(folder);
        return folder;
    }

    // npm writes the hidden lock file last, so an installation that was interrupted does not count.
    private static bool IsInstalled(string folder)
    {
        var wanted = new FileInfo(Path.Combine(folder, "package-lock.json"));
        var installed = new FileInfo(Path.Combine(folder, "node_modules", ".package-lock.json"));
        return installed.Exists && installed.LastWriteTimeUtc >= wanted.LastWriteTimeUtc;
    }

    private static async Task<FileStream> LockAsync(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var patience = new CancellationTokenSource(InstallTimeout);
        using var retry = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await retry.WaitForNextTickAsync(patience.Token);
            }
        }
    }

    private static async Task RunNpmAsync(string folder)
    {
        var start = new ProcessStartInfo(OperatingSystem.IsWindows() ? "npm.cmd" : "npm", ["ci", "--no-audit", "--no-fund"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var npm = Process.Start(start)!;
        using var patience = new CancellationTokenSource(InstallTimeout);
        try
        {
            var output = npm.StandardOutput.ReadToEndAsync(patience.Token);
            var errors = npm.StandardError.ReadToEndAsync(patience.Token);
            await npm.WaitForExitAsync(patience.Token);
            if (npm.ExitCode != 0)
                throw new InvalidOperationException($"npm ci in {folder} failed ({npm.ExitCode}): {await errors}{await output}");
        }
        finally
        {
            if (!npm.HasExited)
                npm.Kill(entireProcessTree: true);
        }
    }
}
