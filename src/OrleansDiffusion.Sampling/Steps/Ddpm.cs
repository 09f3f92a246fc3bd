using OrleansDiffusion.Sampling.Noise;

namespace OrleansDiffusion.Sampling.Steps;

/// <summary>
/// DDPM's ancestral step (Ho, Jain, Abbeel 2020, arXiv 2006.11239, equation 7) with the posterior variance
/// σ'²/σ² (1 − α²/α'²) (<c>fixed_small</c>): DDIM at η = 1. Weak order 1 in the reverse SDE.
/// </summary>
public static class Ddpm
{
    /// <summary>x' = A x + B D + C ξ, the mean and a draw of q(x' | x, x_0 = D).</summary>
    /// <param name="from">Level of x; its σ is positive.</param>
    /// <param name="to">Level of x', less noisy.</param>
    /// <param name="noise">Where ξ is drawn.</param>
    public static Step Step(NoiseLevel from, NoiseLevel to, NoiseAddress noise) => Ddim.Step(from, to, eta: 1, noise);
}
