namespace OrleansDiffusion.Contracts.Jobs;

/// <summary>Where a job stands. Every accepted job comes to one of the last three.</summary>
[GenerateSerializer, Alias("odiff.JobState")]
public enum JobState
{
    /// <summary>Nothing was submitted under this id.</summary>
    Unknown = 0,

    /// <summary>It will be run.</summary>
    Accepted = 1,

    /// <summary>It waits for its turn among other jobs; as <see cref="Accepted"/> otherwise.</summary>
    Queued = 6,

    /// <summary>It is being sampled.</summary>
    Running = 2,

    /// <summary>All batches are done; single samples may be lost.</summary>
    Succeeded = 3,

    /// <summary>A batch could not be finished; <see cref="JobStatus.Error"/> says why.</summary>
    Failed = 4,

    /// <summary>It was cancelled.</summary>
    Cancelled = 5,
}
