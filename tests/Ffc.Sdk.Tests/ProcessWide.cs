namespace Ffc.Sdk.Tests;

/// <summary>Tests that observe process-wide state. They run sequentially, and no other test runs in parallel.</summary>
[CollectionDefinition(nameof(ProcessWide), DisableParallelization = true)]
public sealed class ProcessWide;
