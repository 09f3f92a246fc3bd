namespace OrleansDiffusion.Contracts.Sweeps;

/// <summary>What a time-node is to hold.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Epoch">The epoch.</param>
/// <param name="Block">The block.</param>
/// <param name="FirstStep">First step of the node in the block.</param>
/// <param name="Steps">How many it has, positive.</param>
/// <param name="Node">The node's place in the block.</param>
/// <param name="Device">Which of the silo's devices evaluates them, from 0.</param>
/// <param name="Silo">The silo that it is to live on, that of its slice.</param>
[GenerateSerializer, Immutable, Alias("odiff.NodeSpec")]
public sealed record NodeSpec(
    [property: Id(0)] BatchAssignment Batch,
    [property: Id(1)] int Epoch,
    [property: Id(2)] int Block,
    [property: Id(3)] int FirstStep,
    [property: Id(4)] int Steps,
    [property: Id(5)] int Node,
    [property: Id(6)] int Device,
    [property: Id(7)] SiloAddress Silo);
