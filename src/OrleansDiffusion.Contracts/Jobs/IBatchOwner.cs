namespace OrleansDiffusion.Contracts.Jobs;

/// <summary>What a job hears from the supervisors of its batches. Everything may be said twice.</summary>
[Alias("odiff.IBatchOwner")]
public interface IBatchOwner : IGrainWithStringKey
{
    /// <summary>A batch waits for its turn, or has it.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="place">How many are before it; null if it is its turn.</param>
    [Alias("Queued")]
    Task Queued(int batch, int? place);

    /// <summary>A sweep was made.</summary>
    [Alias("Progressed")]
    Task Progressed(int batch, JobProgress progress);

    /// <summary>Samples of a batch, before it is done.</summary>
    [Alias("Deliver")]
    Task Deliver(int batch, SampleValues samples);

    /// <summary>A batch is done, and all its samples are delivered.</summary>
    [Alias("Done")]
    Task Done(int batch, BatchReport report);

    /// <summary>A batch cannot be finished.</summary>
    [Alias("Failed")]
    Task Failed(int batch, string error);
}
