using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Ffc.Benchmarks;

/// <summary>Says what a benchmark has to reach.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TargetAttribute(string text) : Attribute
{
    public string Text { get; } = text;
}

/// <summary>Shows the target of each benchmark beside its figures.</summary>
internal sealed class TargetColumn : IColumn
{
    public string Id => nameof(TargetColumn);

    public string ColumnName => "Target";

    public string Legend => "What it has to reach";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => false;

    public UnitType UnitType => UnitType.Dimensionless;

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
        benchmarkCase.Descriptor.WorkloadMethod.GetCustomAttributes(typeof(TargetAttribute), inherit: false) is [TargetAttribute target]
            ? target.Text
            : "";

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);
}
