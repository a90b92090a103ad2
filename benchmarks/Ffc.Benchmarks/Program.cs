using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using Ffc.Benchmarks;

// Medians: the mean of a benchmark on a shared machine says more of the neighbours than of the code.
var config = DefaultConfig.Instance
    .AddColumn(StatisticColumn.Median, new TargetColumn())
    .HideColumns(Column.Error, Column.StdDev, Column.RatioSD, Column.AllocRatio);

// Everything in one table, unless something is asked for by name.
string[] everything = args.Contains("--filter") ? [] : ["--filter", "*", "--join"];
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args, .. everything], config);
