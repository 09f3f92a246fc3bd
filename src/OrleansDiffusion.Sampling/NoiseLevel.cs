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
}
