using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Client;

/// <summary>A job has ended without all of its samples.</summary>
/// <param name="status">Its record.</param>
public sealed class JobFailedException(JobStatus status) : SamplingClientException(
    status.State == JobState.Cancelled ? $"job {status.JobId} was cancelled" : $"job {status.JobId} failed: {status.Error}")
{
    /// <summary>Its record.</summary>
    public JobStatus Status { get; } = status;
}
