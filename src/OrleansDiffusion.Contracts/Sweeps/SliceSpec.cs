using System.Collections.Immutable;

namespace OrleansDiffusion.Contracts.Sweeps;

/// <summary>What a slice is to hold.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Weights">For every slice of the batch its share of the nodes, positive: the devices of its silo.</param>
/// <param name="Silo">The silo that it is to live on.</param>
[GenerateSerializer, Immutable, Alias("odiff.SliceSpec")]
public sealed record SliceSpec(
    [property: Id(0)] BatchAssignment Batch,
    [property: Id(1)] int Epoch,
    [property: Id(2)] ImmutableArray<int> Weights,
    [property: Id(3)] SiloAddress Silo);
