namespace OrleansDiffusion.Contracts.Sweeps;

/// <summary>What a map stands for.</summary>
[GenerateSerializer, Alias("odiff.FoldPhase")]
public enum FoldPhase
{
    /// <summary>The rolled start of samples that are new in a block.</summary>
    Start = 0,

    /// <summary>The sweep, linearised at the iterate.</summary>
    Sweep = 1,
}
