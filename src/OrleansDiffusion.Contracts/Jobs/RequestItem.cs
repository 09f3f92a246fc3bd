using System.Collections.Immutable;

namespace OrleansDiffusion.Contracts.Jobs;

/// <summary>Samples of a request that are what those of a request of their own would be.</summary>
/// <param name="Seed">64-bit seed.</param>
/// <param name="Labels">Class labels that they take in turn; empty for none.</param>
/// <param name="Guidance">Scale of classifier-free guidance, 0 or more; null for none.</param>
/// <param name="Count">How many, positive.</param>
[GenerateSerializer, Immutable, Alias("odiff.RequestItem")]
public sealed record RequestItem(
    [property: Id(0)] ulong Seed, [property: Id(1)] ImmutableArray<int> Labels, [property: Id(2)] double? Guidance,
    [property: Id(3)] int Count);
