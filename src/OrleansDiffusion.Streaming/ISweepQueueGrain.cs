namespace OrleansDiffusion.Streaming;

/// <summary>
/// How a queue is found from other silos. Its key is that of <see cref="SweepQueueGrain.KeyOf"/>; what is queued is in
/// the <see cref="SweepQueue"/> of the grain's silo, where the pulling agent takes it without a call.
/// </summary>
internal interface ISweepQueueGrain : IGrainWithStringKey
{
    /// <summary>Queues an item if there is room; never waits.</summary>
    Task<PublishOutcome> Enqueue(SweepItem item);

    /// <summary>Completes when an item of that size may fit, or after the time given.</summary>
    Task WhenRoom(long bytes, TimeSpan longest);

    /// <summary>
    /// Asked by the silo whose pulling agent has the queue, until the grain is there. What is queued elsewhere moves
    /// ahead of the grain, so that order is kept.
    /// </summary>
    [ResponseTimeout("00:00:05")]
    Task<Handover> TakeOver(SiloAddress silo);
}
