namespace OrleansDiffusion.Contracts.Sweeps;

/// <summary>What a map stands for.</summary>
[GenerateSerializer, Alias("odiff.FoldPhase")]
public enum FoldPhase
{
    /// <summary>A rolled start in a block, published when the block's time-nodes are opened, for all samples.</summary>
    Roll = 0,

    /// <summary>The sweep, linearised at the iterate.</summary>
    Sweep = 1,
}
