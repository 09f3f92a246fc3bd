namespace OrleansDiffusion.Sampling.Picard;

/// <summary>
/// How a sweep guesses that D changes along the trajectory while it is being moved: D(x) ≈ D(x^k) + g (x − x^k) with
/// a scalar g a sample and point. Every choice has the sequential sampler as its fixed point and costs no model call;
/// they differ in how many sweeps they take.
/// </summary>
public enum Linearization
{
    /// <summary>
    /// g from the last two sweeps, ⟨ΔD, Δx⟩/‖Δx‖² clipped to [0, 1/α]: a scalar quasi-Newton step (of the family in
    /// arXiv 2509.21716). The first sweep of a block takes g from the end of the block before, carried to each noise level
    /// as that of Gaussian data; that of the first block is <see cref="Data"/>'s.
    /// </summary>
    Secant,

    /// <summary>g = 0: D is frozen over a sweep, as DPM-Solver++ freezes it over a step.</summary>
    Data,

    /// <summary>x + step(x) accumulates the steps' increments, (1 − A)/B: ParaDiGMS (arXiv 2305.16317).</summary>
    Drift,

    /// <summary>g = 1/α: the score is frozen and the OU drift integrated exactly, as PIADM is published.</summary>
    Score,
}
