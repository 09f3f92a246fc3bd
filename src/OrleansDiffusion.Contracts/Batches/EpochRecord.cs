using System.Collections.Immutable;

namespace OrleansDiffusion.Contracts.Batches;

/// <summary>An epoch of a batch: who holds which time-nodes, and why it began.</summary>
/// <param name="Number">Its number, from 1; larger than those of all epochs before.</param>
/// <param name="Reason">Why it began.</param>
/// <param name="Detail">What happened, in one line; null at the start.</param>
/// <param name="Sweep">Sweeps of the batch that were made before it.</param>
/// <param name="Silos">The addresses of its silos.</param>
/// <param name="Nodes">The time-nodes of all blocks, in their order.</param>
[GenerateSerializer, Immutable, Alias("odiff.EpochRecord")]
public sealed record EpochRecord(
    [property: Id(0)] int Number,
    [property: Id(1)] EpochReason Reason,
    [property: Id(2)] string? Detail,
    [property: Id(3)] int Sweep,
    [property: Id(4)] ImmutableArray<string> Silos,
    [property: Id(5)] ImmutableArray<HeldNodes> Nodes);
