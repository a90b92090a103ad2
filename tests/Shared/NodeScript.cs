using System.Diagnostics;
using System.Text;

namespace Ffc.Tests;

/// <summary>Runs a script of <c>tests/tools</c>. The exit code 0 means success.</summary>
internal static class NodeScript
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);

    /// <summary>Runs a script and returns its output. The test fails with the output on an error or after the timeout.</summary>
    /// <param name="script">The path of the script, relative to <c>tests/tools</c>.</param>
    /// <param name="functionKey">The key that the script sends to the app.</param>
    /// <param name="arguments">The script's arguments.</param>
    /// <param name="onOutput">Receives each line that the script prints.</param>
    public static async Task<string> RunAsync(
        string script, string functionKey, string[] arguments, Action<string>? onOutput = null)
    {
        var tools = await TestTools.FolderAsync();
        var start = new ProcessStartInfo("node", [Path.Combine(tools, script), .. arguments])
        {
            WorkingDirectory = tools,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["FFC_KEY"] = functionKey },
        };

        var output = new StringBuilder();
        using var node = new Process { StartInfo = start };
        void Read(string? line)
        {
            if (line is null)
                return;
            lock (output)
                output.AppendLine(line);
            onOutput?.Invoke(line);
        }

        node.OutputDataReceived += (_, e) => Read(e.Data);
        node.ErrorDataReceived += (_, e) => Read(e.Data);
        node.Start();
        node.BeginOutputReadLine();
        node.BeginErrorReadLine();
        using var timeoutCts = new CancellationTokenSource(Timeout);
        try
        {
            await node.WaitForExitAsync(timeoutCts.Token);
        }
        catch (OperationCanceledException)
        {
            node.Kill(entireProcessTree: true);
            await node.WaitForExitAsync();
            Assert.Fail($"{script} did not end within {Timeout.TotalMinutes} minutes: {output}");
        }

        Assert.True(node.ExitCode == 0, $"{script} ended with {node.ExitCode}: {output}");
        return output.ToString();
    }
}
