namespace Ffc.Sdk.Tests;

/// <summary>Tests that observe state of the whole process. They run one by one, and no other test runs in parallel.</summary>
[CollectionDefinition(nameof(ProcessWide), DisableParallelization = true)]
public sealed class ProcessWide;
