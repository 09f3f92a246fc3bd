using System.Collections.Immutable;

namespace OrleansDiffusion.Contracts.Sweeps;

/// <summary>What a time-node found.</summary>
/// <param name="Map">For every sample that the model returned numbers for, what the node does to whatever enters it.</param>
/// <param name="NotFinite">Where it returned NaN or infinity, twice.</param>
/// <param name="Rows">Model evaluations.</param>
/// <param name="Call">The number of the model call, of the silo's device.</param>
/// <param name="ModelTime">What the call took.</param>
[GenerateSerializer, Immutable, Alias("odiff.NodeEvaluated")]
public sealed record NodeEvaluated(
    [property: Id(0)] byte[] Map,
    [property: Id(1)] ImmutableArray<NotFinite> NotFinite,
    [property: Id(2)] int Rows,
    [property: Id(3)] long Call,
    [property: Id(4)] TimeSpan ModelTime);
