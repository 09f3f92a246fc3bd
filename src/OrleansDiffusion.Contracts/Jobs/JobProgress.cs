namespace OrleansDiffusion.Contracts.Jobs;

/// <summary>How far a batch of a job has come.</summary>
/// <param name="State">Where the job stands.</param>
/// <param name="FirstSample">First sample of the batch.</param>
/// <param name="Sweep">Sweeps of the batch so far.</param>
/// <param name="Block">First block that some sample is not done with.</param>
/// <param name="Blocks">Blocks of the timeline.</param>
/// <param name="Active">Samples of the batch that are under way.</param>
/// <param name="Update">Largest RMS change of a sample in the last sweep.</param>
/// <param name="Done">Steps that are done, as a share of all of the batch's, 0 to 1.</param>
/// <param name="Place">About how many batches of other jobs go before this one; null if it does not wait for its turn.</param>
[GenerateSerializer, Immutable, Alias("odiff.JobProgress")]
public sealed record JobProgress(
    [property: Id(0)] JobState State,
    [property: Id(1)] int FirstSample,
    [property: Id(2)] int Sweep,
    [property: Id(3)] int Block,
    [property: Id(4)] int Blocks,
    [property: Id(5)] int Active,
    [property: Id(6)] double Update,
    [property: Id(7)] double Done,
    [property: Id(8)] int? Place = null);
