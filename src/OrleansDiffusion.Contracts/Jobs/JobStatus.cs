using System.Collections.Immutable;

namespace OrleansDiffusion.Contracts.Jobs;

/// <summary>A job's record.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Outline">What it comes to; null of an unknown job.</param>
/// <param name="Error">Why it failed, in one line; null otherwise.</param>
/// <param name="Batches">What the batches took that are done.</param>
[GenerateSerializer, Immutable, Alias("odiff.JobStatus")]
public sealed record JobStatus(
    [property: Id(0)] JobState State,
    [property: Id(1)] JobOutline? Outline,
    [property: Id(2)] string? Error,
    [property: Id(3)] ImmutableArray<BatchReport> Batches);
