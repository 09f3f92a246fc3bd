namespace OrleansDiffusion.Contracts.Batches;

/// <summary>Why an epoch of a batch began.</summary>
[GenerateSerializer, Alias("odiff.EpochReason")]
public enum EpochReason
{
    /// <summary>The batch began.</summary>
    Start = 0,

    /// <summary>A slice failed or did not answer, a silo was doubted, or another supervisor went on with the batch.</summary>
    Recovery = 1,

    /// <summary>A silo that can hold time-nodes has joined.</summary>
    SiloJoined = 2,

    /// <summary>A silo left in order, and handed its time-nodes over.</summary>
    SiloLeft = 3,
}
