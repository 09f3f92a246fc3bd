using System.Collections.Immutable;

namespace OrleansDiffusion.Contracts.Jobs;

/// <summary>A job's record.</summary>
/// <param name="JobId">The job.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Outline">What it comes to; null of an unknown job.</param>
/// <param name="Error">Why it failed, in one line; null otherwise.</param>
/// <param name="Batches">What the batches took that are done.</param>
/// <param name="Request">What was asked for; null of an unknown job.</param>
/// <param name="Submitted">When it was accepted first; null of an unknown job, and of one that an older version has accepted.</param>
/// <param name="Place">About how many batches of other jobs go before its next one; null if it does not wait for its turn.</param>
[GenerateSerializer, Immutable, Alias("odiff.JobStatus")]
public sealed record JobStatus(
    [property: Id(4)] string JobId,
    [property: Id(0)] JobState State,
    [property: Id(1)] JobOutline? Outline,
    [property: Id(2)] string? Error,
    [property: Id(3)] ImmutableArray<BatchReport> Batches,
    [property: Id(5)] SamplingRequest? Request,
    [property: Id(6)] DateTimeOffset? Submitted,
    [property: Id(7)] int? Place = null)
{
    /// <summary>Samples of batches that are done: the first ones.</summary>
    public int Done => Batches.Sum(batch => batch.Samples);
}
