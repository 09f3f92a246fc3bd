namespace OrleansDiffusion.Chaos.Tests.Faults;

/// <summary>The tests that make the matrix, one after the other.</summary>
[CollectionDefinition]
public sealed class FaultSuite : ICollectionFixture<FaultMatrix>;
