namespace OrleansDiffusion.Client;

/// <summary>There is no such job: nothing was submitted under this id, or its record was lost with the memory of a silo.</summary>
/// <param name="jobId">The id.</param>
public sealed class JobNotFoundException(string jobId) : SamplingClientException($"there is no job {jobId}")
{
    /// <summary>The id.</summary>
    public string JobId { get; } = jobId;
}
