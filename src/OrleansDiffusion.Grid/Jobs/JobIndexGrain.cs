using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Grid.Durability;
using Orleans.Concurrency;

namespace OrleansDiffusion.Grid.Jobs;

/// <summary>
/// Lists the jobs whose records are in the store that silos share; where each keeps its own in memory, asks them all.
/// </summary>
[GrainType("odiff.job-index"), StatelessWorker]
internal sealed class JobIndexGrain(JobStore records, JobSilos silos) : StoredGrain, IJobIndexGrain
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(30);

    public async Task<JobPage> List(string? below, int most, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(most, IJobIndexGrain.LargestPage);
        if (!records.IsInMemory)
            return await records.List(below, most, cancellationToken);
        return Merge(await silos.Ask(silo => silo.List(below, most, cancellationToken), LongestAnswer), most);
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
}
