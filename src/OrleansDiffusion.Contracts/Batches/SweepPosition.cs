namespace OrleansDiffusion.Contracts.Batches;

/// <summary>How far a reader of a batch's sweeps has come.</summary>
/// <param name="Epoch">The epoch that was read of last.</param>
/// <param name="Sweep">The sweep that was read last.</param>
[GenerateSerializer, Immutable, Alias("odiff.SweepPosition")]
public readonly record struct SweepPosition([property: Id(0)] int Epoch, [property: Id(1)] int Sweep);
