using System.Collections.Immutable;

namespace OrleansDiffusion.Contracts.Jobs;

/// <summary>A model that can be asked for by name.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Shape of a sample.</param>
/// <param name="Schedule">The schedule it was trained with; null for one that takes any.</param>
/// <param name="Labels">How many class labels it takes, from 0; null for a model that knows no classes.</param>
/// <param name="Description">One line for a person.</param>
[GenerateSerializer, Immutable, Alias("odiff.ModelSummary")]
public sealed record ModelSummary(
    [property: Id(0)] string Name,
    [property: Id(1)] ImmutableArray<long> Shape,
    [property: Id(2)] string? Schedule,
    [property: Id(3)] int? Labels,
    [property: Id(4)] string Description);
