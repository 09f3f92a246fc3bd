namespace OrleansDiffusion.Models;

/// <summary>The built-in model <c>demo</c>: a pinwheel of Gaussians in the plane, to look at and to try things on.</summary>
public static class DemoMixture
{
    /// <summary>The name it is asked for by.</summary>
    public const string Name = "demo";

    private const int Arms = 5;
    private const int PerArm = 8;

    /// <summary>Five bent arms of eight components each; sizes grow outwards.</summary>
    public static MixtureParameters Create()
    {
        var components = (
            from arm in Enumerable.Range(0, Arms)
            from i in Enumerable.Range(0, PerArm)
            let radius = 0.35 + (1.25 * i / (PerArm - 1))
            let angle = (2 * Math.PI * arm / Arms) + (0.9 * radius)
            select (Mean: new[] { radius * Math.Cos(angle), radius * Math.Sin(angle) }, Stddev: 0.04 + (0.05 * radius)))
            .ToList();
        return new MixtureParameters(
            Shape: [2],
            Weights: [.. components.Select(_ => 1.0)],
            Means: [.. components.Select(c => c.Mean)],
            Stddevs: [.. components.Select(c => c.Stddev)]);
    }
}
