namespace OrleansDiffusion.Contracts.Sweeps;

/// <summary>The map over a slice's nodes of one block.</summary>
/// <param name="Block">The block.</param>
/// <param name="Map">For every sample that takes part, an affine map of (x, y); of a roll, and of the D that is held constant.</param>
[GenerateSerializer, Immutable, Alias("odiff.FoldedRun")]
public readonly record struct FoldedRun([property: Id(0)] int Block, [property: Id(1)] byte[] Map);
