using OrleansDiffusion.Models;

namespace OrleansDiffusion.Tests;

/// <summary>Mixtures to test with.</summary>
internal static class Mixtures
{
    /// <summary>One standard normal: its score is −x at every level.</summary>
    public static MixtureParameters StandardNormal(int elements) =>
        new([elements], [1], [new double[elements]], [1]);

    /// <summary>
    /// Some components whose means lie within 1 of the origin in every element, with deviations from 0.05 to 0.3.
    /// </summary>
    public static MixtureParameters Random(int components, int elements, int seed = 1)
    {
        var random = new Random(seed);
        return new MixtureParameters(
            [elements],
            [.. Enumerable.Range(0, components).Select(_ => 0.2 + random.NextDouble())],
            [.. Enumerable.Range(0, components).Select(_ => Mean())],
            [.. Enumerable.Range(0, components).Select(_ => 0.05 + (0.25 * random.NextDouble()))]);

        double[] Mean() => [.. Enumerable.Range(0, elements).Select(_ => (2 * random.NextDouble()) - 1)];
    }
}
