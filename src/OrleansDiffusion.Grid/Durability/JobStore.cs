using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Grid.Manifests;
using OrleansDiffusion.Storage.Objects;

namespace OrleansDiffusion.Grid.Durability;

/// <summary>Keeps the records of jobs, as <c>jobs/JOBID/job.json</c>.</summary>
/// <param name="store">Where.</param>
public sealed class JobStore(IObjectStore store)
{
    private const string Folder = "jobs/";
    private const string File = "/job.json";

    private readonly ManifestStore _manifests = new(store);

    /// <summary>Whether records can be kept under an id: letters, digits, <c>.</c>, <c>-</c> and <c>_</c>.</summary>
    public static bool IsJobId(string id) => ObjectName.IsPart(id);

    /// <summary>Reads a record.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The record and its version; null if there is none.</returns>
    /// <exception cref="BrokenObjectException">There is something else in its place.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public Task<(JobRecord Record, string Version)?> Read(string jobId, CancellationToken cancellationToken) =>
        RecordJson.Read<JobRecord>(store, NameOf(jobId), "job", cancellationToken);

    /// <summary>Writes a record in place of the one that was read or written last.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="record">The record.</param>
    /// <param name="version">The version of the one before; null where there was none.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Its version.</returns>
    /// <exception cref="StoreConflictException">Somebody else has written it since.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public Task<string> Write(string jobId, JobRecord record, string? version, CancellationToken cancellationToken) =>
        RecordJson.Write(store, NameOf(jobId), record, version, cancellationToken);

    /// <summary>The jobs that there are records of.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public async Task<IReadOnlyList<string>> Jobs(CancellationToken cancellationToken) =>
        [.. (await Records(cancellationToken)).Where(record => !record.IsManifest).Select(record => record.Id)];

    /// <summary>Whether records are kept in this process alone, and are lost with it.</summary>
    public bool IsInMemory => store is MemoryObjectStore;

    /// <summary>A page of the jobs and manifests, in the descending order of their ids. Those whose record is broken are left out.</summary>
    /// <param name="below">Only jobs of smaller ids; null for all.</param>
    /// <param name="most">How many, positive.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public async Task<JobPage> List(string? below, int most, CancellationToken cancellationToken)
    {
        var jobs = (await Records(cancellationToken)).AsEnumerable().Reverse()
            .Where(job => below is null || string.CompareOrdinal(job.Id, below) < 0).DistinctBy(job => job.Id).Take(most + 1).ToList();
        var read = await Task.WhenAll(jobs.Take(most).Select(job => SummaryOf(job.Id, job.IsManifest, cancellationToken)));
        return new JobPage([.. read.OfType<JobSummary>()], jobs.Count > most ? jobs[most - 1].Id : null);
    }

    // In the order of their ids; the jobs of a manifest's parts are no jobs of their own.
    private async Task<List<(string Id, bool IsManifest)>> Records(CancellationToken cancellationToken)
    {
        var records = new List<(string Id, bool IsManifest)>();
        await foreach (var name in store.List(Folder, cancellationToken))
        {
            if (name.EndsWith(File, StringComparison.Ordinal))
                records.Add((name[Folder.Length..^File.Length], false));
            else if (name.EndsWith(ManifestStore.File, StringComparison.Ordinal))
                records.Add((name[Folder.Length..^ManifestStore.File.Length], true));
        }

        records.RemoveAll(record => PartJobs.IsOne(record.Id));
        records.Sort((a, b) => string.CompareOrdinal(a.Id, b.Id));
        return records;
    }

    // Null where there is none any more, or none that can be read.
    private async Task<JobSummary?> SummaryOf(string jobId, bool isManifest, CancellationToken cancellationToken)
    {
        try
        {
            return isManifest
                ? (await _manifests.Read(jobId, cancellationToken))?.Record.Summary(jobId)
                : (await Read(jobId, cancellationToken))?.Record.Summary(jobId);
        }
        catch (BrokenObjectException)
        {
            return null;
        }
    }

    private static string NameOf(string jobId) => $"{Folder}{jobId}{File}";
}
