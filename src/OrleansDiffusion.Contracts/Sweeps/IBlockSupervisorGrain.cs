using OrleansDiffusion.Contracts.Batches;

namespace OrleansDiffusion.Contracts.Sweeps;

/// <summary>Walks one batch along the time axis; its key is a <see cref="Keys.BatchKey"/>.</summary>
[Alias("odiff.IBlockSupervisorGrain")]
public interface IBlockSupervisorGrain : IGrainWithStringKey
{
    /// <summary>Starts the walk, when it is the batch's turn; its outcome is told to the job. The same batch again changes nothing.</summary>
    [Alias("Start")]
    Task Start(BatchAssignment batch);

    /// <summary>It may be the batch's turn, if it waits for it.</summary>
    [Alias("Admit")]
    Task Admit();

    /// <summary>A message of a slice, whichever way it came.</summary>
    [Alias("Receive")]
    Task Receive(SweepMessage message);

    /// <summary>A silo is about to stop: time-nodes are to leave it. Told again until none is there.</summary>
    [Alias("Leaving")]
    Task Leaving(SiloAddress silo);

    /// <summary>What has happened to the batch since a reader looked last, as much as fits a message.</summary>
    /// <param name="after">Where the page before ended; null for all that is kept.</param>
    /// <returns>A page; null where the batch is not under way here.</returns>
    [Alias("SweepsSince")]
    Task<SweepPage?> SweepsSince(SweepPosition? after);

    /// <summary>What the first samples of the batch look like by now, as many as fit a message.</summary>
    /// <param name="most">How many at most, positive.</param>
    /// <returns>Their denoised estimates; null where the batch is not under way here.</returns>
    [Alias("Preview")]
    Task<BatchPreview?> Preview(int most);

    /// <summary>Ends the walk without an outcome.</summary>
    [Alias("Cancel"), ResponseTimeout(Timeouts.OfModels)]
    Task Cancel();
}
