namespace OrleansDiffusion.Sampling.Schedules;

/// <summary>
/// How fewer steps are laid over the training timesteps; names and arithmetic as in diffusers (Table 2 of
/// arXiv 2305.08891).
/// </summary>
public enum TimestepSpacing
{
    /// <summary>Multiples of ⌊train steps / steps⌋, counted from 0.</summary>
    Leading,

    /// <summary>Down from the last timestep in equal parts, rounded.</summary>
    Trailing,

    /// <summary>Equally spaced from the last timestep to the first, both included, rounded.</summary>
    Linspace,
}
