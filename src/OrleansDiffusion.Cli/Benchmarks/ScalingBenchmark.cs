using OrleansDiffusion.Models;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Noise;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Schedules;

namespace OrleansDiffusion.Cli.Benchmarks;

/// <summary>
/// The claim of arXiv 2405.15986: rounds hardly grow with the dimension. PIADM on mixtures of ten Gaussians whose means
/// lie as far apart, per element, in every dimension.
/// </summary>
internal static class ScalingBenchmark
{
    private const int Components = 10;
    private const double Spread = 0.5;
    private const ulong Seed = 7;

    /// <summary>The paper as published comes first.</summary>
    public static IReadOnlyList<(string Name, Linearization Linearization, FirstIterate Start)> Methods { get; } =
    [
        ("score, copied (as published)", Linearization.Score, FirstIterate.Copied),
        ("score", Linearization.Score, FirstIterate.Rolled),
        ("drift", Linearization.Drift, FirstIterate.Rolled),
        ("data", Linearization.Data, FirstIterate.Rolled),
        ("secant", Linearization.Secant, FirstIterate.Rolled),
    ];

    public static IEnumerable<Row> Run(
        IReadOnlyList<int> dimensions, int samples, double tolerance, CancellationToken cancellationToken)
    {
        foreach (var dimension in dimensions)
        {
            using var mixture = new GaussianMixture(MixtureOf(dimension));
            foreach (var sampler in new[] { Sampler.PiadmSde, Sampler.PiadmOde })
            {
                var timeline = Timeline.Create(new TimelineOptions { Sampler = sampler }, new OuSchedule());
                using var reference = new SequentialSampler(mixture, timeline)
                    .Sample(Seed, 0, samples, cancellationToken: cancellationToken);
                foreach (var (name, linearization, start) in Methods)
                {
                    var options = new PicardOptions
                    {
                        Linearization = linearization,
                        Start = start,
                        Tolerance = tolerance,
                    };
                    yield return new Row(sampler.Name(), dimension, name, Measurement.Of(
                        mixture, timeline, options, reference, Seed, conditions: [], cancellationToken));
                }
            }
        }
    }

    private static MixtureParameters MixtureOf(int dimension)
    {
        var noise = new NormalNoise(Seed);
        return new MixtureParameters(
            Shape: [dimension],
            Weights: [.. Enumerable.Range(1, Components).Select(k => (double)k)],
            Means: [.. Enumerable.Range(0, Components).Select(Mean)],
            Stddevs: [.. Enumerable.Range(0, Components).Select(k => 0.2 + (0.02 * k))]);

        IReadOnlyList<double> Mean(int k)
        {
            var mean = new float[dimension];
            noise.Fill(mean, (uint)k, NoiseAddress.Initial);
            return [.. mean.Select(value => Spread * value)];
        }
    }

    /// <summary>One sampler, dimension and method.</summary>
    public sealed record Row(string Sampler, int Dimension, string Method, Measurement Measurement);
}
