namespace OrleansDiffusion.Sampling;

/// <summary>
/// One level of the noising process <c>x = Alpha x_0 + Sigma z</c>, z ~ N(0, I).
/// </summary>
/// <param name="Alpha">Signal scale, 0 to 1.</param>
/// <param name="Sigma">Noise scale, 0 or more.</param>
/// <param name="Time">
/// What a network is conditioned on at this level, in its schedule's own unit: the training timestep (it may be
/// fractional), the OU time, or the flow time. Denoisers in closed form ignore it.
/// </param>
public readonly record struct NoiseLevel(double Alpha, double Sigma, double Time)
{
    /// <summary>λ = ln(α/σ), half the log signal-to-noise ratio; +∞ without noise.</summary>
    public double Lambda => Math.Log(Alpha / Sigma);

    /// <summary>
    /// The gain α c² / (α² c² + σ²) of the best linear denoiser for data of mean 0 and variance c² per element: the
    /// whole denoiser of a Gaussian, and a first guess for any other data.
    /// </summary>
    /// <param name="dataVariance">c², 0 or more.</param>
    public double GaussianGain(double dataVariance) =>
        Alpha * dataVariance / ((Alpha * Alpha * dataVariance) + (Sigma * Sigma));

    /// <summary>
    /// The inverse of <see cref="GaussianGain"/>: the variance of Gaussian data whose denoiser has this gain here. It
    /// carries what is known of a gain from one level to another.
    /// </summary>
    /// <param name="gain">0 to 1/α; close to 1/α, where the variance has no bound, it is held at 0.99/α.</param>
    public double GaussianVariance(double gain)
    {
        var held = Math.Min(gain, 0.99 / Alpha);
        return held * Sigma * Sigma / (Alpha * (1 - (held * Alpha)));
    }
}
