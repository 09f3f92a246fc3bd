namespace OrleansDiffusion.Sampling.Picard;

/// <summary>The trajectory that a block's first sweep starts from.</summary>
public enum FirstIterate
{
    /// <summary>
    /// The steps are taken with the last known D held constant and with their true noise, so that each point is
    /// first evaluated near its own noise level.
    /// </summary>
    Rolled,

    /// <summary>Every point is a copy of the block's first, as published.</summary>
    Copied,
}
