using System.Diagnostics;

namespace Ffc.Tests;

/// <summary>The npm tools in <c>tests/tools</c>. The first test that uses one installs them.</summary>
internal static class TestTools
{
    private static readonly TimeSpan InstallTimeout = TimeSpan.FromMinutes(5);
    private static readonly Lazy<Task<string>> Installed = new(InstallAsync);

    /// <summary>Returns the folder of the tools after the packages of its lock file are installed.</summary>
    public static Task<string> FolderAsync() => Installed.Value;

    private static async Task<string> InstallAsync()
    {
        var folder = Repository.PathOf("tests/tools");

        // Test projects run in parallel; only one of them installs the packages.
        using var fileLock = await LockAsync(Path.Combine(folder, "obj", "install.lock"));
        if (!IsInstalled(folder))
            await RunNpmAsync(folder);
        return folder;
    }

    // npm writes the hidden lock file last, so an interrupted installation is detected.
    private static bool IsInstalled(string folder)
    {
        var required = new FileInfo(Path.Combine(folder, "package-lock.json"));
        var installed = new FileInfo(Path.Combine(folder, "node_modules", ".package-lock.json"));
        return installed.Exists && installed.LastWriteTimeUtc >= required.LastWriteTimeUtc;
    }

    private static async Task<FileStream> LockAsync(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var timeoutCts = new CancellationTokenSource(InstallTimeout);
        using var retry = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await retry.WaitForNextTickAsync(timeoutCts.Token);
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
        using var timeoutCts = new CancellationTokenSource(InstallTimeout);
        try
        {
            var output = npm.StandardOutput.ReadToEndAsync(timeoutCts.Token);
            var errors = npm.StandardError.ReadToEndAsync(timeoutCts.Token);
            await npm.WaitForExitAsync(timeoutCts.Token);
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
