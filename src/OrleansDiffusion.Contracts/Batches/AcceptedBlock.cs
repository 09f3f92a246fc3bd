namespace OrleansDiffusion.Contracts.Batches;

/// <summary>A block that a sample is done with: it is frozen there.</summary>
/// <param name="Sample">Index of the sample in the job.</param>
/// <param name="Block">The block.</param>
[GenerateSerializer, Immutable, Alias("odiff.AcceptedBlock")]
public readonly record struct AcceptedBlock([property: Id(0)] int Sample, [property: Id(1)] int Block);
