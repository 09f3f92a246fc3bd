using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Tests.Denoisers;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Sampling.Tests.Picard;

/// <summary>
/// After k sweeps the first k points of a block are the sequential sampler's, to the bit, whatever the linearisation.
/// </summary>
public sealed class FiniteTerminationTests
{
    private const int Elements = 10;
    private static readonly MixtureRows Denoiser = new(Mixtures.Random(3, Elements));
    private static readonly bool[] Active = [true];

    public static MatrixTheoryData<string, Linearization, FirstIterate> SingleBlocks => new(
        TestBlocks.SingleBlocks, Enum.GetValues<Linearization>(), Enum.GetValues<FirstIterate>());

    public static MatrixTheoryData<string, Linearization, FirstIterate> AllBlocks =>
        new(TestBlocks.Names, Enum.GetValues<Linearization>(), Enum.GetValues<FirstIterate>());

    [Theory]
    [MemberData(nameof(SingleBlocks))]
    public void Every_sweep_makes_one_point_more_exact(string name, Linearization linearization, FirstIterate start)
    {
        var visited = PointsOfTheSequentialSampler(name);
        var block = TestBlocks.Named(name);
        var points = block.Steps.Length;

        // What the model was last asked at a point is the iterate there: what has not moved is not asked for again.
        var iterate = new Dictionary<double, float[]>();
        var spy = new SpyDenoiser(Denoiser, (_, levels, x, _) => Note(iterate, levels, x));
        using var entry = TestBlocks.Entry(block, samples: 1, Elements);
        using var node = TestBlocks.NodeOver(block, .., samples: 1, Elements, linearization);
        node.Start(entry, start);
        for (var sweeps = 0; sweeps < points; sweeps++)
        {
            node.Evaluate(spy, Active, TestContext.Current.CancellationToken);
            for (var j = 0; j <= sweeps; j++)
                Assert.Equal(visited[block.Steps[j].At.Time], iterate[block.Steps[j].At.Time]);
            node.Move(entry, Active, new double[1]);
        }
    }

    [Theory]
    [MemberData(nameof(AllBlocks))]
    public void A_run_of_k_steps_is_exact_after_k_sweeps(string name, Linearization linearization, FirstIterate start)
    {
        var block = TestBlocks.Named(name);
        using var entry = TestBlocks.Entry(block, samples: 1, Elements);
        using var state = TestBlocks.Entry(block, samples: 1, Elements);
        using var exit = new BlockState(1, Elements);
        for (var k = 1; k <= block.Steps.Length; k++)
        {
            Sweep(TestBlocks.NodeOver(block, (k - 1)..k, 1, Elements, Linearization.Data), state, start, 1, state);
            if (k > 4 && k < block.Steps.Length)
                continue;
            Sweep(TestBlocks.NodeOver(block, ..k, 1, Elements, linearization), entry, start, k, exit);

            Assert.Equal(state.X(0), exit.X(0));
            Assert.Equal(state.Y(0), exit.Y(0));
            Assert.Equal(state.Denoised(0), exit.Denoised(0));
        }
    }

    [Theory]
    [MemberData(nameof(SingleBlocks))]
    public void Without_tolerance_a_run_ends_at_the_sequential_samples_to_the_bit(
        string name, Linearization linearization, FirstIterate start)
    {
        var timeline = TestBlocks.TimelineOf(name, corrected: name == "piadm-ode");
        var options = new PicardOptions { Linearization = linearization, Start = start, Tolerance = 0 };

        var picard = Drawn.ByPicard(Denoiser, timeline, options, samples: 3);

        Assert.Equal(Drawn.Sequentially(Denoiser, timeline, samples: 3).Samples, picard.Samples);
        Assert.Equal(0, picard.MaxResidual);
        Assert.All(picard.SweepsPerBlock.Zip(timeline.Blocks), pair =>
            Assert.InRange(pair.First, 1, pair.Second.Steps.Length));
    }

    private static Dictionary<double, float[]> PointsOfTheSequentialSampler(string name)
    {
        var visited = new Dictionary<double, float[]>();
        var spy = new SpyDenoiser(Denoiser, (_, levels, x, _) => Note(visited, levels, x));
        Drawn.Sequentially(spy, TestBlocks.TimelineOf(name), samples: 1);
        return visited;
    }

    private static void Note(Dictionary<double, float[]> points, ReadOnlySpan<NoiseLevel> levels, ReadOnlySpan<float> x)
    {
        for (var row = 0; row < levels.Length; row++)
            points[levels[row].Time] = x.Slice(row * Elements, Elements).ToArray();
    }

    private static void Sweep(PicardNode node, BlockState entry, FirstIterate start, int sweeps, BlockState exit)
    {
        using (node)
        {
            node.Start(entry, start);
            for (var sweep = 0; sweep < sweeps; sweep++)
            {
                node.Evaluate(Denoiser, Active, TestContext.Current.CancellationToken);
                node.Move(entry, Active, new double[1]);
            }

            node.CopyExit(0, exit);
        }
    }
}
