using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Grid.Durability;

namespace OrleansDiffusion.Grid.Jobs;

/// <summary>Lists what the store of its silo has.</summary>
[GrainType(Type)]
internal sealed class SiloJobsGrain(JobStore records) : Grain, ISiloJobsGrain
{
    /// <summary>The grain type: silos that load it can hold jobs.</summary>
    public const string Type = "odiff.silo-jobs";

    public Task<JobPage> List(string? below, int most, CancellationToken cancellationToken) =>
        records.List(below, most, cancellationToken);
}
