namespace OrleansDiffusion.Sampling.Steps;

/// <summary>
/// DPM-Solver++(2M), midpoint (Lu et al. 2022, arXiv 2211.01095, algorithm 2); order 2, one evaluation a step. It
/// extrapolates D from its last two values; y is the older one.
/// </summary>
public static class DpmSolverPlusPlus2M
{
    /// <summary>
    /// x' = σ'/σ x + E (D + (D − y) / 2r) with E = α' − α σ'/σ, r = (λ − λ_before)/(λ' − λ); y' = D.
    /// </summary>
    /// <param name="before">Level of the evaluation before, or null for a first-order step (DDIM with η = 0).</param>
    /// <param name="from">Level of x; its σ is positive.</param>
    /// <param name="to">Level of x', less noisy; without noise only for a first-order step.</param>
    public static Step Step(NoiseLevel? before, NoiseLevel from, NoiseLevel to)
    {
        var a = to.Sigma / from.Sigma;
        var e = to.Alpha - (a * from.Alpha);
        var slope = before is { } last
            ? (to.Lambda - from.Lambda) / (from.Lambda - last.Lambda) / 2
            : 0;
        return new Step(
            from,
            Sample: new StepRow(X: a, D: e * (1 + slope), Y: -e * slope),
            Second: new StepRow(X: 0, D: 1));
    }
}
