using System.Diagnostics;
using System.Globalization;
using CsCheck;
using Ffc.Sdk.Internal;

namespace Ffc.Sdk.Tests.Insights.Model;

/// <summary>
/// Checks the promise of the delivery in random scenarios. They run in processes of their own, whose thread pools have a single
/// thread, so that each scenario is deterministic. <c>benchmarks/insight-model.sh</c> runs more scenarios.
/// </summary>
public sealed class InsightModelTests
{
    private const string ScenariosVariable = "FFC_MODEL_SCENARIOS";
    private const int DefaultScenarios = 2_000;

    // Killed clients leave some memory behind.
    private const int MaxScenariosPerProcess = 5_000;

    [Fact]
    public async Task Every_event_has_one_outcome_and_every_possible_duplicate_is_counted()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable(ScenariosVariable), CultureInfo.InvariantCulture, out var set)
            ? set
            : DefaultScenarios;
        if (SimulatedTime.IsSupported)
        {
            TimeLimit.StartOptions = TaskCreationOptions.None;
            await Task.Run(() => CheckAsync(count), TestContext.Current.CancellationToken);
            return;
        }

        var processes = Environment.ProcessorCount;
        var chunks = Enumerable.Range(0, count).Chunk(Math.Min(((count - 1) / processes) + 1, MaxScenariosPerProcess));
        await Parallel.ForEachAsync(
            chunks,
            new ParallelOptions { MaxDegreeOfParallelism = processes, CancellationToken = TestContext.Current.CancellationToken },
            async (chunk, cancellationToken) => await RunInOwnProcessAsync(chunk.Length, cancellationToken));
    }

    private static async Task CheckAsync(int count)
    {
        var (failed, failure, checkedScenarios) = ((Scenario?)null, (Exception?)null, 0);
        var stopwatch = Stopwatch.StartNew();
        try
        {
            await Scenarios.All.SampleAsync(
                async scenario =>
                {
                    try
                    {
                        if (failed is null)
                            checkedScenarios++;
                        await Simulation.RunAsync(scenario);
                    }
                    catch (Exception exception)
                    {
                        (failed, failure) = (scenario, exception);
                        throw;
                    }
                },
                iter: count,
                threads: 1,
                print: scenario => scenario.ToString());
        }
        catch (CsCheckException exception) when (failed is not null)
        {
            var (shrunk, message) = await ShrinkAsync(failed, failure!.Message);
            Assert.Fail($"after {checkedScenarios} scenarios: {exception.Message}{Environment.NewLine}Shrunk:"
                + $"{Environment.NewLine}{shrunk}{Environment.NewLine}{message}");
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{count} scenarios in {stopwatch.Elapsed}");
    }

    /// <summary>Removes operations while the scenario fails.</summary>
    private static async Task<(Scenario Scenario, string Message)> ShrinkAsync(
        Scenario failed, string message)
    {
        for (var i = failed.Operations.Count - 1; i >= 0; i = Math.Min(i, failed.Operations.Count) - 1)
        {
            var smaller = failed with { Operations = [.. failed.Operations.Take(i), .. failed.Operations.Skip(i + 1)] };
            try
            {
                await Simulation.RunAsync(smaller);
            }
            catch (ModelException exception)
            {
                (failed, message) = (smaller, exception.Message);
            }
        }

        return (failed, message);
    }

    private static async Task RunInOwnProcessAsync(int count, CancellationToken cancellationToken)
    {
        var name = OperatingSystem.IsWindows() ? "Ffc.Sdk.Tests.exe" : "Ffc.Sdk.Tests";
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, name))
        {
            ArgumentList = { "-class", typeof(InsightModelTests).FullName!, "-noColor" },
            Environment =
            {
                [ScenariosVariable] = count.ToString(CultureInfo.InvariantCulture),
                ["DOTNET_ThreadPool_ForceMinWorkerThreads"] = "1",
                ["DOTNET_ThreadPool_ForceMaxWorkerThreads"] = "1",
            },
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        Assert.True(process.ExitCode == 0, output);
    }
}
