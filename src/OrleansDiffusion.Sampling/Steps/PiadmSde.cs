using OrleansDiffusion.Sampling.Noise;

namespace OrleansDiffusion.Sampling.Steps;

/// <summary>
/// PIADM-SDE's step (Chen, Ren, Ying, Rotskoff 2024, arXiv 2405.15986, algorithm 1): the exponential integrator of
/// the reverse SDE with the score frozen over the step; weak order 1.
/// </summary>
public static class PiadmSde
{
    /// <summary>
    /// x' = G x + 2(G − 1) score + √(G² − 1) ξ, G = e^(ε/2), score = (α D − x)/σ².
    /// </summary>
    /// <param name="from">Level of x at OU time s; its σ is positive.</param>
    /// <param name="step">ε, the OU length of the step, positive.</param>
    /// <param name="noise">Where ξ is drawn.</param>
    public static Step Step(NoiseLevel from, double step, NoiseAddress noise)
    {
        var growth = Math.Exp(step / 2);
        var score = 2 * (growth - 1) / (from.Sigma * from.Sigma);
        return new Step(
            from,
            new StepRow(X: growth - score, D: score * from.Alpha, Noise: Math.Sqrt((growth * growth) - 1)),
            Noise: noise);
    }
}
