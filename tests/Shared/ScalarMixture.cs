using OrleansDiffusion.Models;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Tests;

/// <summary>
/// The denoiser of a mixture as its formula is written, one row at a time in double precision: what the tensor
/// implementation is held against, and a model whose rows cannot influence one another.
/// </summary>
/// <param name="mixture">The mixture.</param>
internal sealed class ScalarMixture(MixtureParameters mixture)
{
    private readonly double[][] _means = [.. mixture.Means.Select(mean => mean.ToArray())];

    /// <summary>E[x_0 | x] at a noise level.</summary>
    public double[] Denoise(ReadOnlySpan<double> x, NoiseLevel level)
    {
        var responsibilities = Responsibilities(x, level);
        var denoised = new double[x.Length];
        for (var k = 0; k < _means.Length; k++)
        {
            var shrink = level.Alpha * Square(mixture.Stddevs[k]) / Variance(k, level);
            for (var i = 0; i < x.Length; i++)
            {
                var mean = _means[k][i];
                denoised[i] += responsibilities[k] * (mean + (shrink * (x[i] - (level.Alpha * mean))));
            }
        }

        return denoised;
    }

    private double[] Responsibilities(ReadOnlySpan<double> x, NoiseLevel level)
    {
        var logits = new double[_means.Length];
        for (var k = 0; k < logits.Length; k++)
        {
            var squaredDistance = 0.0;
            for (var i = 0; i < x.Length; i++)
                squaredDistance += Square(x[i] - (level.Alpha * _means[k][i]));
            var variance = Variance(k, level);
            logits[k] = Math.Log(mixture.Weights[k])
                - (x.Length / 2.0 * Math.Log(variance)) - (squaredDistance / (2 * variance));
        }

        var largest = logits.Max();
        var weights = Array.ConvertAll(logits, logit => Math.Exp(logit - largest));
        var total = weights.Sum();
        return Array.ConvertAll(weights, weight => weight / total);
    }

    private double Variance(int k, NoiseLevel level) =>
        Square(level.Alpha * mixture.Stddevs[k]) + Square(level.Sigma);

    private static double Square(double value) => value * value;
}
