namespace OrleansDiffusion.Sampling;

/// <summary>Where dpm++2m ends (diffusers' <c>final_sigmas_type</c>).</summary>
public enum FinalSigma
{
    /// <summary>Without noise, by a first-order last step.</summary>
    Zero,

    /// <summary>At the schedule's lowest level, timestep 0.</summary>
    Min,
}
