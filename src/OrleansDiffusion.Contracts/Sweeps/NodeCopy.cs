namespace OrleansDiffusion.Contracts.Sweeps;

/// <summary>A copy of a time-node's iterates.</summary>
/// <param name="Block">The block.</param>
/// <param name="Node">The node's place in the block.</param>
/// <param name="Iterates">The iterates.</param>
[GenerateSerializer, Immutable, Alias("odiff.NodeCopy")]
public sealed record NodeCopy([property: Id(0)] int Block, [property: Id(1)] int Node, [property: Id(2)] Iterates Iterates);
