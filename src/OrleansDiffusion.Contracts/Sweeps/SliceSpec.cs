using System.Collections.Immutable;

namespace OrleansDiffusion.Contracts.Sweeps;

/// <summary>What a slice is to hold.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Weights">For every slice of the batch its share of the nodes, positive: the devices of its silo.</param>
/// <param name="Silo">The silo that it is to live on.</param>
/// <param name="FirstOpen">The first block that is open when the epoch begins.</param>
/// <param name="OpenEnd">After the last.</param>
/// <param name="Before">The epoch whose iterates it goes on from; null where there are none.</param>
/// <param name="CopyShare">The share of the time in which its iterates are copied to another slice, 0 for never to 1.</param>
[GenerateSerializer, Immutable, Alias("odiff.SliceSpec")]
public sealed record SliceSpec(
    [property: Id(0)] BatchAssignment Batch,
    [property: Id(1)] int Epoch,
    [property: Id(2)] ImmutableArray<int> Weights,
    [property: Id(3)] SiloAddress Silo,
    [property: Id(4)] int FirstOpen,
    [property: Id(5)] int OpenEnd,
    [property: Id(6)] EpochBefore? Before,
    [property: Id(7)] double CopyShare);
