using System.Collections.Immutable;
using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Grid.Durability;

/// <summary>What is kept of a job.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Outline">What it comes to.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Error">Why it failed; null otherwise.</param>
/// <param name="Batches">What the batches took that are done.</param>
public sealed record JobRecord(
    SamplingRequest Request, JobOutline Outline, JobState State, string? Error, ImmutableArray<BatchReport> Batches);
