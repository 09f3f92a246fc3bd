using System.Collections.Immutable;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Grid.Admission;
using OrleansDiffusion.Grid.Durability;

namespace OrleansDiffusion.Grid.Jobs;

/// <summary>Says what the store of its silo has, and its supervisors.</summary>
[GrainType(Type)]
internal sealed class SiloJobsGrain(JobStore records, WalkedBatches walked) : Grain, ISiloJobsGrain
{
    /// <summary>The grain type: silos that load it can hold jobs.</summary>
    public const string Type = "odiff.silo-jobs";

    public Task<JobPage> List(string? below, int most, CancellationToken cancellationToken) =>
        records.List(below, most, cancellationToken);

    public Task<ImmutableArray<BatchKey>> Walked() => Task.FromResult(walked.All);
}
