using OrleansDiffusion.Sampling.Noise;

namespace OrleansDiffusion.Sampling.Steps;

/// <summary>
/// DDPM's ancestral step (Ho, Jain, Abbeel 2020, arXiv 2006.11239, equation 7). With the posterior variance
/// (<see cref="DdpmVariance.FixedSmall"/>) it is DDIM at η = 1. Weak order 1 in the reverse SDE.
/// </summary>
public static class Ddpm
{
    /// <summary>x' = A x + B D + C ξ, the mean and a draw of q(x' | x, x_0 = D).</summary>
    /// <param name="from">Level of x; its σ is positive.</param>
    /// <param name="to">Level of x', less noisy.</param>
    /// <param name="noise">Where ξ is drawn.</param>
    /// <param name="variance">C².</param>
    public static Step Step(
        NoiseLevel from, NoiseLevel to, NoiseAddress noise, DdpmVariance variance = DdpmVariance.FixedSmall)
    {
        var step = Ddim.Step(from, to, eta: 1, noise);
        if (variance == DdpmVariance.FixedSmall || to.Sigma == 0)
            return step;
        var ratio = from.Alpha / to.Alpha;
        return step with { Sample = step.Sample with { Noise = Math.Sqrt(1 - (ratio * ratio)) } };
    }
}
