namespace OrleansDiffusion.Contracts.Jobs;

/// <summary>A plan, or why there is none.</summary>
/// <param name="Outline">What the request comes to; null if it is refused.</param>
/// <param name="Refusal">Why not; null if it is planned.</param>
[GenerateSerializer, Immutable, Alias("odiff.JobPlanned")]
public sealed record JobPlanned([property: Id(0)] JobOutline? Outline, [property: Id(1)] Refusal? Refusal);
