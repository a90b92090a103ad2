using System.Diagnostics;
using System.Text;

namespace Ffc.Tests;

/// <summary>Runs a script of <c>tests/tools</c>. A script ends with 0 where all was as it should be.</summary>
internal static class NodeScript
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Runs a script to its end; fails, showing what it printed, when it finds something wrong or takes too long.</summary>
    /// <param name="script">The script, below <c>tests/tools</c>.</param>
    /// <param name="functionKey">The key that the script sends to the app.</param>
    /// <param name="arguments">The script's arguments.</param>
    /// <param name="said">Is told each line that the script prints.</param>
    /// <returns>What it printed.</returns>
    public static async Task<string> RunAsync(string script, string functionKey, string[] arguments, Action<string>? said = null)
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
            said?.Invoke(line);
        }

        node.OutputDataReceived += (_, e) => Read(e.Data);
        node.ErrorDataReceived += (_, e) => Read(e.Data);
        node.Start();
        node.BeginOutputReadLine();
        node.BeginErrorReadLine();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await node.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            node.Kill(entireProcessTree: true);
            await node.WaitForExitAsync();
            Assert.Fail($"{script} did not end within {Patience.TotalMinutes} minutes: {output}");
        }

        Assert.True(node.ExitCode == 0, $"{script} ended with {node.ExitCode}: {output}");
        return output.ToString();
    }
}
