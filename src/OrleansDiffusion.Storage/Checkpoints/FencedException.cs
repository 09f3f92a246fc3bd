namespace OrleansDiffusion.Storage.Checkpoints;

/// <summary>Somebody else has claimed a batch since, and whoever gets this must leave it alone.</summary>
/// <param name="batch">The batch.</param>
/// <param name="innerException">What the store said.</param>
public sealed class FencedException(string batch, Exception? innerException = null)
    : Exception($"batch {batch} was claimed by somebody else", innerException)
{
    /// <summary>The batch, <c>JOBID/0</c>.</summary>
    public string Batch { get; } = batch;
}
