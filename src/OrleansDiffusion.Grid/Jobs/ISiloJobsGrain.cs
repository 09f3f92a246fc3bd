using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Grid.Jobs;

/// <summary>The jobs that a silo keeps in its memory; its key is the silo's address.</summary>
[Alias("odiff.ISiloJobsGrain")]
internal interface ISiloJobsGrain : IGrainWithStringKey
{
    /// <summary>As <see cref="IJobIndexGrain.List"/>, of this silo's jobs.</summary>
    [Alias("List")]
    Task<JobPage> List(string? below, int most, CancellationToken cancellationToken);
}
