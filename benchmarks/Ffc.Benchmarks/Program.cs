using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using Ffc.Benchmarks;

// Medians, because on a shared machine other processes distort the mean.
var config = DefaultConfig.Instance
    .AddColumn(StatisticColumn.Median, new TargetColumn())
    .HideColumns(Column.Error, Column.StdDev, Column.RatioSD, Column.AllocRatio)
    .HideColumns(
        Column.Job, Column.RunStrategy, Column.LaunchCount, Column.WarmupCount, Column.IterationCount, Column.InvocationCount,
        Column.UnrollFactor);

// Without a filter, all benchmarks run and are joined in one table.
string[] defaultArguments = args.Contains("--filter") ? [] : ["--filter", "*", "--join"];
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args, .. defaultArguments], config);
