using System.Collections.Concurrent;
using OrleansDiffusion.Models;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Schedules;

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

        KeepsThePromise(picard.DistancesTo(sequential), tolerance, picard.Rounds);
    }

    /// <summary>
    /// Blocks that are begun anew start from better guesses, are done in fewer sweeps, and leave less to spare; and what
    /// blocks leave adds up.
    /// </summary>
    [Theory]
    [InlineData(20, null)]
    [InlineData(20, 6)]
    [InlineData(20, 11)]
    [InlineData(10, 11)]
    [InlineData(5, null)]
    [InlineData(5, 11)]
    public void So_do_ninety_five_in_short_blocks_and_where_all_iterates_are_lost_on_the_way(int blockSteps, int? lostBefore)
    {
        const double Tolerance = 1e-3;
        const int Many = 600;
        using var demo = new GaussianMixture(DemoMixture.Create());
        var timeline = Timeline.Create(
            new TimelineOptions { Sampler = Sampler.Ddpm, Steps = 1000, BlockSteps = blockSteps }, DiscreteSchedule.Linear());
        var options = new PicardOptions { Tolerance = Tolerance, Lookahead = 160 / blockSteps };
        var sequential = Sequential.GetOrAdd(DemoMixture.Name, _ => Drawn.Sequentially(demo, timeline, Many));
        using var walk = new GridWalk(demo, timeline, options, nodes: 1, Many);

        var distances = sequential.DistancesTo(walk.Walk(lostBefore is { } sweep ? [sweep] : []));

        KeepsThePromise(distances, Tolerance, walk.Front.Sweep);
    }

    private void KeepsThePromise(double[] distances, double tolerance, int rounds)
    {
        var within = distances.Count(distance => distance <= tolerance);
        output.WriteLine($"{within} of {distances.Length} within, {rounds} rounds, largest {distances.Max():g3}");
        Assert.InRange(within, 0.95 * distances.Length, distances.Length);
    }
}
