namespace OrleansDiffusion.Sampling.Steps;

/// <summary>Variance of the noise that a DDPM step from (α, σ) to (α', σ') adds; none in a step to σ' = 0.</summary>
public enum DdpmVariance
{
    /// <summary>σ'²/σ² (1 − α²/α'²), that of the posterior of a single data point (diffusers' <c>fixed_small</c>).</summary>
    FixedSmall,

    /// <summary>1 − α²/α'², the forward process's own β (diffusers' <c>fixed_large</c>).</summary>
    FixedLarge,
}
