namespace OrleansDiffusion.Contracts.Batches;

/// <summary>Consecutive time-nodes of a block that one silo holds.</summary>
/// <param name="Block">The block.</param>
/// <param name="Silo">Which of the epoch's silos.</param>
/// <param name="First">The first of them, its place in the block.</param>
/// <param name="Count">How many, positive.</param>
[GenerateSerializer, Immutable, Alias("odiff.HeldNodes")]
public readonly record struct HeldNodes(
    [property: Id(0)] int Block, [property: Id(1)] int Silo, [property: Id(2)] int First, [property: Id(3)] int Count);
