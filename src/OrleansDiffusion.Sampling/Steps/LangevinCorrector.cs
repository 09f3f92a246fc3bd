using OrleansDiffusion.Sampling.Noise;

namespace OrleansDiffusion.Sampling.Steps;

/// <summary>
/// PIADM-ODE's corrector (Chen, Ren, Ying, Rotskoff 2024, arXiv 2405.15986, algorithm 2): underdamped Langevin
/// dynamics du = v dt, dv = −γ v dt + score(u) dt + √(2γ) dW at a fixed noise level, integrated exactly over a step
/// with the score frozen. x is the position u, y the velocity v.
/// </summary>
public static class LangevinCorrector
{
    /// <summary>Fewer steps than this bias the law more than the correction mends it.</summary>
    public const int FewestSteps = 64;

    /// <summary>The steps at one level: friction γ = 2√L over the time T† = min(1, L^(−1/2)).</summary>
    /// <param name="level">The fixed noise level; its σ is positive.</param>
    /// <param name="count">M†, number of steps, positive.</param>
    /// <param name="block">Index of the block that is corrected; it addresses the noise.</param>
    /// <param name="lipschitz">L, the score's Lipschitz constant at the level; 1/σ² where null.</param>
    public static IEnumerable<Step> Steps(NoiseLevel level, int count, int block, double? lipschitz = null)
    {
        var l = lipschitz ?? (1 / (level.Sigma * level.Sigma));
        var friction = 2 * Math.Sqrt(l);
        var step = Math.Min(1, 1 / Math.Sqrt(l)) / count;
        return Enumerable.Range(0, count).Select(m =>
            Step(level, friction, step, NoiseAddress.CorrectorStep(block, m)));
    }

    /// <summary>
    /// With a = e^(−γε): u' = u + (1 − a)/γ v + f score + ξ_u and v' = a v + (1 − a)/γ score + ξ_v, where
    /// f = (ε − (1 − a)/γ)/γ, Var ξ_u = (2γε − 3 + 4a − a²)/γ², Var ξ_v = 1 − a², Cov = (1 − a)²/γ.
    /// </summary>
    /// <param name="level">The fixed noise level; its σ is positive.</param>
    /// <param name="friction">γ, positive.</param>
    /// <param name="step">ε, the step's length in Langevin time, positive.</param>
    /// <param name="noise">Where both noises are drawn.</param>
    public static Step Step(NoiseLevel level, double friction, double step, NoiseAddress noise)
    {
        var a = Math.Exp(-friction * step);
        var drift = (1 - a) / friction;
        var force = (step - drift) / friction;
        var scoreOfX = -1 / (level.Sigma * level.Sigma);
        var scoreOfD = level.Alpha / (level.Sigma * level.Sigma);

        // The two noises as a Cholesky factor times independent normals.
        var deviation = Math.Sqrt(PositionVariance(friction * step)) / friction;
        var shared = (1 - a) * (1 - a) / friction / deviation;
        var own = Math.Sqrt(1 - (a * a) - (shared * shared));
        return new Step(
            level,
            Sample: new StepRow(X: 1 + (force * scoreOfX), D: force * scoreOfD, Y: drift, Noise: deviation),
            Second: new StepRow(X: drift * scoreOfX, D: drift * scoreOfD, Y: a, Noise: shared, SecondNoise: own),
            noise);
    }

    // 2x − 3 + 4e^(−x) − e^(−2x), by its series where the terms would cancel.
    private static double PositionVariance(double x) => x < 1e-2
        ? x * x * x * ((2.0 / 3) - (x / 2) + (7 * x * x / 30))
        : (2 * x) - 3 + (4 * Math.Exp(-x)) - Math.Exp(-2 * x);
}
