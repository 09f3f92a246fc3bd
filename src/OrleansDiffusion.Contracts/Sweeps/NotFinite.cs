namespace OrleansDiffusion.Contracts.Sweeps;

/// <summary>Where the model returned NaN or infinity, twice.</summary>
/// <param name="Sample">Index of the sample in the batch.</param>
/// <param name="Block">The block.</param>
/// <param name="Step">The step within the block.</param>
/// <param name="Node">The time-node.</param>
[GenerateSerializer, Immutable, Alias("odiff.NotFinite")]
public readonly record struct NotFinite(
    [property: Id(0)] int Sample, [property: Id(1)] int Block, [property: Id(2)] int Step, [property: Id(3)] int Node);
