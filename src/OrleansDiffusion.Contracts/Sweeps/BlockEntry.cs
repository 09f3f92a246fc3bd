namespace OrleansDiffusion.Contracts.Sweeps;

/// <summary>What enters a block for a sample.</summary>
/// <param name="Sample">Index of the sample in the batch.</param>
/// <param name="Block">The block.</param>
/// <param name="Starts">Whether the sample is new in the block and its first iterate is to be set.</param>
/// <param name="IsFinal">Whether the blocks before it are done, so that this enters in all sweeps to come.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="State">x, y, the last D, float32, and the local variance, where it is given; else null.</param>
[GenerateSerializer, Immutable, Alias("odiff.BlockEntry")]
public readonly record struct BlockEntry(
    [property: Id(0)] int Sample,
    [property: Id(1)] int Block,
    [property: Id(2)] bool Starts,
    [property: Id(3)] bool IsFinal,
    [property: Id(4)] EntrySource Source,
    [property: Id(5)] byte[]? State);
