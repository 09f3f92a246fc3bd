using System.Runtime.InteropServices;
using OrleansDiffusion.Sampling.Steps;

namespace OrleansDiffusion.Sampling.Tests.Steps;

/// <summary>
/// The law of one element of (x, y) while steps are taken with the exact denoiser of Gaussian data. That denoiser is
/// linear, so mean and covariance follow from the steps' weights, without samples.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct GaussianLaw(
    double MeanX, double VarianceX, double MeanY = 0, double VarianceY = 0, double Covariance = 0)
{
    public double DeviationX => Math.Sqrt(VarianceX);

    /// <summary>The law of data N(mean, variance) noised to a level.</summary>
    public static GaussianLaw Noised(NoiseLevel level, double mean, double variance) =>
        new(level.Alpha * mean, (level.Alpha * level.Alpha * variance) + (level.Sigma * level.Sigma));

    /// <summary>The law after some steps with the denoiser of data N(mean, variance).</summary>
    public GaussianLaw After(IEnumerable<Step> steps, double mean, double variance) =>
        steps.Aggregate(this, (law, step) => law.After(step, mean, variance));

    /// <summary>The 2-Wasserstein distance between the laws of x.</summary>
    public double DistanceTo(GaussianLaw other) =>
        double.Hypot(MeanX - other.MeanX, DeviationX - other.DeviationX);

    private GaussianLaw After(in Step step, double mean, double variance)
    {
        // D(x) = gain x + offset
        var gain = step.At.GaussianGain(variance);
        var offset = mean - (gain * step.At.Alpha * mean);
        var (p, q) = (step.Sample, step.Second);
        var (xx, yx) = (p.X + (p.D * gain), q.X + (q.D * gain));
        return new GaussianLaw(
            (xx * MeanX) + (p.Y * MeanY) + (p.D * offset),
            Form(xx, p.Y, xx, p.Y) + (p.Noise * p.Noise),
            (yx * MeanX) + (q.Y * MeanY) + (q.D * offset),
            Form(yx, q.Y, yx, q.Y) + (q.Noise * q.Noise) + (q.SecondNoise * q.SecondNoise),
            Form(xx, p.Y, yx, q.Y) + (p.Noise * q.Noise));
    }

    // Cov(a x + b y, c x + d y)
    private double Form(double a, double b, double c, double d) =>
        (a * c * VarianceX) + (((a * d) + (b * c)) * Covariance) + (b * d * VarianceY);
}
