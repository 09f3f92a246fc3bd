namespace OrleansDiffusion.Contracts.Sweeps;

/// <summary>What enters a time-node for a sample.</summary>
/// <param name="Sample">Index of the sample in the batch.</param>
/// <param name="State">x, y, the last D, float32, and the local variance; in a move x, and y where steps have a second state.</param>
[GenerateSerializer, Immutable, Alias("odiff.NodeEntry")]
public readonly record struct NodeEntry([property: Id(0)] int Sample, [property: Id(1)] byte[] State);
