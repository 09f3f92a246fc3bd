using OrleansDiffusion.Contracts.Keys;

namespace OrleansDiffusion.Grid.Admission;

/// <summary>
/// The queue of all batches of the cluster: so many are walked at a time. Key 0. Everything may be said twice; who is not
/// heard of for <see cref="BatchTurn.Lease"/> is forgotten.
/// </summary>
[Alias("odiff.IBatchQueueGrain")]
internal interface IBatchQueueGrain : IGrainWithIntegerKey
{
    /// <summary>Keeps a place for the first batch of a job that is about to be accepted.</summary>
    /// <returns>Whether there was one.</returns>
    [Alias("Reserve")]
    Task<bool> Reserve(BatchKey batch);

    /// <summary>Asks for a batch's turn; its supervisor is told when it comes, too.</summary>
    /// <returns>How many are before it; null if it is its turn.</returns>
    [Alias("Ask")]
    Task<int?> Ask(BatchBid bid);

    /// <summary>A batch is being walked.</summary>
    [Alias("Renew")]
    Task Renew(BatchKey batch);

    /// <summary>A batch is walked or waits no more.</summary>
    [Alias("Leave")]
    Task Leave(BatchKey batch);
}
