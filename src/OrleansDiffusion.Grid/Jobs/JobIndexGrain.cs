using Microsoft.Extensions.Logging;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Grid.Durability;
using OrleansDiffusion.Grid.Placement;
using Orleans.Concurrency;

namespace OrleansDiffusion.Grid.Jobs;

/// <summary>
/// Lists the jobs whose records are in the store that silos share; where each keeps its own in memory, asks them all.
/// </summary>
[GrainType("odiff.job-index"), StatelessWorker]
internal sealed partial class JobIndexGrain(
    JobStore records, ISiloStatusOracle silos, IClusterManifestProvider manifests, ILogger<JobIndexGrain> logger)
    : Grain, IJobIndexGrain
{
    private static readonly GrainType OfSilo = GrainType.Create(SiloJobsGrain.Type);

    public async Task<JobPage> List(string? below, int most, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(most, IJobIndexGrain.LargestPage);
        if (!records.IsInMemory)
            return await records.List(below, most, cancellationToken);
        var pages = await Task.WhenAll(Holders().Select(silo => ListOf(silo, below, most, cancellationToken)));
        return Merge(pages, most);
    }

    // A job that two silos have, as one went on with it after the other, is told once. What lies below the end of a
    // silo's page is for the next one, as that silo may have jobs in between.
    private static JobPage Merge(IReadOnlyCollection<JobPage> pages, int most)
    {
        var end = pages.Select(page => page.Next).Max(StringComparer.Ordinal);
        var jobs = pages.SelectMany(page => page.Jobs).DistinctBy(job => job.JobId)
            .Where(job => end is null || string.CompareOrdinal(job.JobId, end) >= 0)
            .OrderByDescending(job => job.JobId, StringComparer.Ordinal).ToList();
        return new JobPage([.. jobs.Take(most)], jobs.Count > most ? jobs[most - 1].JobId : end);
    }

    private IEnumerable<SiloAddress> Holders() => silos.GetApproximateSiloStatuses(onlyActive: true).Keys
        .Where(silo => manifests.Current.Silos.TryGetValue(silo, out var manifest) && manifest.Grains.ContainsKey(OfSilo));

    private async Task<JobPage> ListOf(SiloAddress silo, string? below, int most, CancellationToken cancellationToken)
    {
        var page = new JobPage([], Next: null);
        try
        {
            await PlacementHint.On(
                silo,
                async () => page = await GrainFactory.GetGrain<ISiloJobsGrain>(silo.ToParsableString())
                    .List(below, most, cancellationToken));
        }
        catch (Exception e) when (e is OrleansException or TimeoutException or OperationCanceledException)
        {
            LogNoAnswer(e, silo);
        }

        return page;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Silo {Silo} does not say which jobs it has; they are not listed")]
    private partial void LogNoAnswer(Exception e, SiloAddress silo);
}
