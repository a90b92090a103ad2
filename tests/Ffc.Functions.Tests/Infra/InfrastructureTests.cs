namespace Ffc.Functions.Tests.Infra;

/// <summary>Tests that share the compiled templates of infra/.</summary>
[CollectionDefinition]
public sealed class InfrastructureTests : ICollectionFixture<Infrastructure>;
