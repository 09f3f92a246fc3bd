using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Schedules;
using OrleansDiffusion.Sampling.Tests.Denoisers;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Sampling.Tests.Picard;

/// <summary>A driver whose blocks are cut into nodes follows the same wavefront.</summary>
public sealed class GridWalkTests
{
    private const int Elements = 10;
    private const int Samples = 4;
    private static readonly MixtureRows Denoiser = new(Mixtures.Random(3, Elements));

    public static MatrixTheoryData<string, FirstIterate, (int Lookahead, int Scouts), double> Walks =>
        new(["ddim", "ddpm", "dpm++2m"], Enum.GetValues<FirstIterate>(), [(1, 0), (3, 0), (1, 2)], [0, 1e-3]);

    [Theory]
    [MemberData(nameof(Walks))]
    public void With_a_node_a_block_it_draws_the_same_samples_in_the_same_sweeps_to_the_bit(
        string name, FirstIterate start, (int Lookahead, int Scouts) ahead, double tolerance)
    {
        var options = new PicardOptions
        {
            Start = start, Lookahead = ahead.Lookahead, Scouts = ahead.Scouts, Tolerance = tolerance,
        };
        using var walk = new GridWalk(Denoiser, Of(name), options, nodes: 1, Samples);

        var samples = walk.Walk();

        var expected = Drawn.ByPicard(Denoiser, Of(name), options, Samples);
        Assert.Equal(expected.Samples, samples);
        Assert.Equal(expected.Rounds, walk.Front.Sweep);
        Assert.Equal(expected.SweepsPerBlock, walk.Front.SweepsPerBlock);
        Assert.Equal(expected.MaxResidual, walk.Front.MaxResidual);
    }

    [Theory]
    [MemberData(nameof(Walks))]
    public void With_three_nodes_a_block_and_all_of_them_lost_twice_it_draws_the_samples_it_would_have_drawn(
        string name, FirstIterate start, (int Lookahead, int Scouts) ahead, double tolerance)
    {
        var options = new PicardOptions
        {
            Start = start, Lookahead = ahead.Lookahead, Scouts = ahead.Scouts, Tolerance = tolerance,
        };
        using var walk = new GridWalk(Denoiser, Of(name), options, nodes: 3, Samples);

        var samples = walk.Walk(lostBefore: [3, 9]);

        var distances = Drawn.Sequentially(Denoiser, Of(name), Samples).DistancesTo(samples);
        Assert.All(distances, distance => Assert.InRange(distance, 0, 1e-6 + tolerance));
        Assert.Empty(walk.Front.Lost);
    }

    private static Timeline Of(string name) => Timeline.Create(
        new TimelineOptions
        {
            Sampler = Enum.GetValues<Sampler>().Single(s => s.Name() == name),
            Steps = 36,
            BlockSteps = 12,
        },
        DiscreteSchedule.Linear(end: 0.008));
}
