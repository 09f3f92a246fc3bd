using System.Collections.Immutable;
using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Grid.Durability;

/// <summary>What is kept of a job.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Outline">What it comes to.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Error">Why it failed; null otherwise.</param>
/// <param name="Batches">What the batches took that are done.</param>
/// <param name="Submitted">When it was accepted first; null in records of older versions.</param>
/// <param name="Trace">The span of the job, a W3C <c>traceparent</c>; null where nothing is traced.</param>
public sealed record JobRecord(
    SamplingRequest Request, JobOutline Outline, JobState State, string? Error, ImmutableArray<BatchReport> Batches,
    DateTimeOffset? Submitted, string? Trace = null)
{
    /// <summary>The job in a list of them.</summary>
    public JobSummary Summary(string jobId) => new(
        jobId, State == JobState.Accepted ? JobState.Queued : State, Request.Model, Request.Sampler, Request.Count, Batches.Sum(batch => batch.Samples), Submitted);
}
