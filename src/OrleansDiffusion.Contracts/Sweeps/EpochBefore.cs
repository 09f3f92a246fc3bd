using System.Collections.Immutable;

namespace OrleansDiffusion.Contracts.Sweeps;

/// <summary>Who held the iterates of a batch before an epoch.</summary>
/// <param name="Epoch">The epoch before.</param>
/// <param name="Weights">For every slice of it its share of the nodes, positive.</param>
/// <param name="IsThere">For every slice of it, whether it answers.</param>
/// <param name="Timeout">How long they are waited for.</param>
[GenerateSerializer, Immutable, Alias("odiff.EpochBefore")]
public sealed record EpochBefore(
    [property: Id(0)] int Epoch,
    [property: Id(1)] ImmutableArray<int> Weights,
    [property: Id(2)] ImmutableArray<bool> IsThere,
    [property: Id(3)] TimeSpan Timeout);
