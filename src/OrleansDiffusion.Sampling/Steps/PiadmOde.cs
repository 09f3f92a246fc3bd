namespace OrleansDiffusion.Sampling.Steps;

/// <summary>
/// PIADM-ODE's predictor (Chen, Ren, Ying, Rotskoff 2024, arXiv 2405.15986, algorithm 2): the exponential integrator
/// of the probability-flow ODE with the score frozen over the step; order 1.
/// </summary>
public static class PiadmOde
{
    /// <summary>x' = G x + (G − 1) score, G = e^(ε/2), score = (α D − x)/σ².</summary>
    /// <param name="from">Level of x at OU time s; its σ is positive.</param>
    /// <param name="step">ε, the OU length of the step, positive.</param>
    public static Step Step(NoiseLevel from, double step)
    {
        var growth = Math.Exp(step / 2);
        var score = (growth - 1) / (from.Sigma * from.Sigma);
        return new Step(from, new StepRow(X: growth - score, D: score * from.Alpha));
    }
}
