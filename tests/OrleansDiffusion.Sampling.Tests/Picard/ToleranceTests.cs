using System.Collections.Concurrent;
using OrleansDiffusion.Sampling.Picard;

namespace OrleansDiffusion.Sampling.Tests.Picard;

/// <summary>A tolerance means what it says: the RMS distance of a sample to the sequential sampler's.</summary>
public sealed class ToleranceTests(ITestOutputHelper output)
{
    private const int Samples = 200;
    private static readonly ConcurrentDictionary<string, Drawn> Sequential = new();

    public static MatrixTheoryData<string, Linearization, double> Runs =>
        new(GoldenCase.Names, Enum.GetValues<Linearization>(), [1e-2, 1e-3]);

    [Theory]
    [MemberData(nameof(Runs))]
    public void Of_a_hundred_samples_ninety_five_end_within_the_tolerance(
        string name, Linearization linearization, double tolerance)
    {
        var timeline = GoldenCase.Named(name).Timeline;
        var sequential = Sequential.GetOrAdd(name, _ => Drawn.Sequentially(GoldenCase.Mixture, timeline, Samples));
        var options = new PicardOptions { Linearization = linearization, Tolerance = tolerance };

        var picard = Drawn.ByPicard(GoldenCase.Mixture, timeline, options, Samples);

        var distances = picard.DistancesTo(sequential);
        var within = distances.Count(distance => distance <= tolerance);
        output.WriteLine($"{within} of {Samples} within, {picard.Rounds} rounds, largest {distances.Max():g3}");
        Assert.InRange(within, 0.95 * Samples, Samples);
    }
}
