using System.Collections.Immutable;

namespace OrleansDiffusion.Contracts.Jobs;

/// <summary>Some of the jobs there are.</summary>
/// <param name="Jobs">Jobs, from the greatest id down.</param>
/// <param name="Next">The id that the next page begins below; null after the last one.</param>
[GenerateSerializer, Immutable, Alias("odiff.JobPage")]
public sealed record JobPage(
    [property: Id(0)] ImmutableArray<JobSummary> Jobs, [property: Id(1)] string? Next);
