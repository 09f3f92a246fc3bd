namespace OrleansDiffusion.Contracts.Jobs;

/// <summary>Lists the jobs of the cluster. Any key.</summary>
[Alias("odiff.IJobIndexGrain")]
public interface IJobIndexGrain : IGrainWithIntegerKey
{
    /// <summary>Most jobs of a page.</summary>
    const int LargestPage = 1000;

    /// <summary>
    /// Jobs in the descending order of their ids: the newest first where ids are UUIDs of version 7. Where jobs are kept in
    /// the memory of silos, those of the silos that are there.
    /// </summary>
    /// <param name="below">Only jobs of smaller ids; null for all.</param>
    /// <param name="most">How many, 1 to <see cref="LargestPage"/>.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is out of range.</exception>
    [Alias("List")]
    Task<JobPage> List(string? below, int most, CancellationToken cancellationToken = default);
}
