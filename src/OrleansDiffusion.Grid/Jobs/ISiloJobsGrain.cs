using System.Collections.Immutable;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Keys;

namespace OrleansDiffusion.Grid.Jobs;

/// <summary>What a silo has of jobs; its key is the silo's address.</summary>
[Alias("odiff.ISiloJobsGrain")]
internal interface ISiloJobsGrain : IGrainWithStringKey
{
    /// <summary>As <see cref="IJobIndexGrain.List"/>, of the jobs that the silo keeps in its memory.</summary>
    [Alias("List")]
    Task<JobPage> List(string? below, int most, CancellationToken cancellationToken);

    /// <summary>The batches that supervisors of the silo walk.</summary>
    [Alias("Walked")]
    Task<ImmutableArray<BatchKey>> Walked();
}
