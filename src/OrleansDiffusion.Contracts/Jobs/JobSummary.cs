namespace OrleansDiffusion.Contracts.Jobs;

/// <summary>A job in a list of them.</summary>
/// <param name="JobId">The job.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Model">The model, as it was asked for.</param>
/// <param name="Sampler">The sampler.</param>
/// <param name="Count">Samples that were asked for.</param>
/// <param name="Done">Samples of batches that are done.</param>
/// <param name="Submitted">When it was accepted first; null of a job that an older version has accepted.</param>
[GenerateSerializer, Immutable, Alias("odiff.JobSummary")]
public sealed record JobSummary(
    [property: Id(0)] string JobId,
    [property: Id(1)] JobState State,
    [property: Id(2)] string Model,
    [property: Id(3)] string Sampler,
    [property: Id(4)] int Count,
    [property: Id(5)] int Done,
    [property: Id(6)] DateTimeOffset? Submitted);
