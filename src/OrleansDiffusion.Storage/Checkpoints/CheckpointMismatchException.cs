namespace OrleansDiffusion.Storage.Checkpoints;

/// <summary>A batch has a checkpoint of other samples: of another model, schedule, sampler or seed.</summary>
/// <param name="batch">The batch.</param>
public sealed class CheckpointMismatchException(string batch)
    : Exception(
        $"the checkpoint of batch {batch} is of another model, schedule, sampler or seed; it must be removed before the " +
        "batch can begin anew")
{
    /// <summary>The batch, <c>JOBID/0</c>.</summary>
    public string Batch { get; } = batch;
}
