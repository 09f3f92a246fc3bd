using OrleansDiffusion.Sampling.Noise;

namespace OrleansDiffusion.Sampling.Steps;

/// <summary>
/// DDIM (Song, Meng, Ermon 2021, arXiv 2010.02502, equations 12 and 16); order 1. η = 0 is deterministic, the
/// exponential integrator of the probability-flow ODE with D held constant; η = 1 is DDPM.
/// </summary>
public static class Ddim
{
    /// <summary>
    /// x' = A x + B D + C ξ with C = η σ'/σ √(1 − α²/α'²), A = √(σ'² − C²)/σ, B = α' − A α.
    /// </summary>
    /// <param name="from">Level of x; its σ is positive.</param>
    /// <param name="to">Level of x', less noisy.</param>
    /// <param name="eta">η, 0 to 1.</param>
    /// <param name="noise">Where ξ is drawn.</param>
    public static Step Step(NoiseLevel from, NoiseLevel to, double eta, NoiseAddress noise)
    {
        var ratio = from.Alpha / to.Alpha;
        var c = eta * to.Sigma / from.Sigma * Math.Sqrt(Math.Max(0, 1 - (ratio * ratio)));
        var a = Math.Sqrt(Math.Max(0, (to.Sigma * to.Sigma) - (c * c))) / from.Sigma;
        return new Step(from, new StepRow(X: a, D: to.Alpha - (a * from.Alpha), Noise: c), Noise: noise);
    }
}
