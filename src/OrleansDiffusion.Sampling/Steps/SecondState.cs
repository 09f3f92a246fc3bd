namespace OrleansDiffusion.Sampling.Steps;

/// <summary>What a block's steps carry beside the sample.</summary>
public enum SecondState
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>D at the point before; it passes from block to block.</summary>
    PreviousDenoised,

    /// <summary>A velocity, drawn afresh from N(0, I) where a block starts.</summary>
    Velocity,
}
