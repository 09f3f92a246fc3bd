using System.Numerics.Tensors;
using OrleansDiffusion.Sampling.Noise;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Steps;
using OrleansDiffusion.Sampling.Tests.Denoisers;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Sampling.Tests.Picard;

/// <summary>A piece of a trajectory guessed from its ends.</summary>
public sealed class BridgeTests
{
    private const int Elements = 37;
    private const uint Sample = 5;
    private static readonly NormalNoise Noise = new(Drawn.Seed);

    public static TheoryData<string> Blocks => ["ddim", "ddpm", "piadm-sde", "piadm-ode"];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void It_ends_where_it_is_to(string name)
    {
        var steps = TestBlocks.Named(name).Steps;
        var (from, to) = (Normals(1), Normals(2));

        var bridge = Bridge.Between(steps, Noise, Sample, from, to)!;
        bridge.Advance(steps.Length);

        Assert.InRange(TensorPrimitives.Distance<float>(bridge.X, to), 0, 1e-4);
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Between_the_ends_of_a_roll_it_is_the_roll(string name)
    {
        var steps = TestBlocks.Named(name).Steps;
        var roll = new Bridge(steps, Noise, Sample, Normals(1), Normals(3));
        var points = PointsOf(roll, steps.Length);

        var bridge = Bridge.Between(steps, Noise, Sample, points[0], points[^1])!;

        foreach (var (expected, point) in points.Zip(PointsOf(bridge, steps.Length)))
            Assert.InRange(TensorPrimitives.Distance<float>(point, expected), 0, 1e-4);
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Between_points_of_the_sequential_samplers_it_is_nearer_to_it_than_a_roll_from_the_first(string name)
    {
        var steps = TestBlocks.Named(name).Steps;
        var (first, last) = (steps.Length / 3, steps.Length - 2);
        var truth = Enumerable.Range(first, last - first + 1).Select(end => EndsOfExactRun(name, end)).ToList();
        var run = steps[first..last];

        var bridge = PointsOf(Bridge.Between(run, Noise, Sample, truth[0].Exit, truth[^1].Exit)!, run.Length);
        var roll = PointsOf(new Bridge(run, Noise, Sample, truth[0].Exit, truth[0].Denoised), run.Length);

        Assert.True(WorstOf(bridge) < 0.6 * WorstOf(roll), $"{WorstOf(bridge)} and {WorstOf(roll)}");

        double WorstOf(List<float[]> points) =>
            points.Zip(truth, (point, expected) => TensorPrimitives.Distance<float>(point, expected.Exit)).Max();
    }

    [Fact]
    public void No_D_leads_anywhere_over_steps_that_do_not_use_it()
    {
        Step idle = new(new NoiseLevel(Alpha: 1, Sigma: 1, Time: 0), new StepRow(X: 1, D: 0));

        Assert.Null(Bridge.Between([idle, idle], Noise, Sample, Normals(1), Normals(2)));
    }

    [Fact]
    public void Ends_are_those_of_the_iterate()
    {
        var block = TestBlocks.Named("ddpm");
        using var node = new PicardNode(
            block.Steps, hasMemory: false, 0, samples: 3, Elements, Linearization.Secant, Noise);
        using var entry = TestBlocks.Entry(block, 3, Elements);
        using var exit = new BlockState(3, Elements);
        node.Start(entry, FirstIterate.Rolled);
        var denoiser = new MixtureRows(Mixtures.Random(3, Elements));
        node.Evaluate(denoiser, [true, true, true], TestContext.Current.CancellationToken);
        node.Move(entry, [true, true, true], new double[3]);
        node.CopyExit(2, exit);

        var ends = RunEnds.Read(node.WriteEnds([0, 2]), 3, Elements);

        Assert.Equal([0, 2], ends.Keys.Order());
        Assert.Equal(entry.X(2).ToArray(), ends[2].Entry);
        Assert.Equal(exit.X(2).ToArray(), ends[2].Exit);
        Assert.Equal(exit.Denoised(2).ToArray(), ends[2].Denoised);
        Assert.Equal(exit.LocalVariance(2), ends[2].LocalVariance);
    }

    // Swept as often as it has points.
    private static RunEnds EndsOfExactRun(string name, int steps)
    {
        var block = TestBlocks.Named(name);
        var denoiser = new MixtureRows(Mixtures.Random(3, Elements));
        using var entry = TestBlocks.Entry(block, 1, Elements);
        using var node = new PicardNode(
            block.Steps[..steps], hasMemory: false, (int)Sample, samples: 1, Elements, Linearization.Data, Noise);
        node.Start(entry, FirstIterate.Rolled);
        for (var i = 0; i < steps; i++)
        {
            node.Evaluate(denoiser, [true], TestContext.Current.CancellationToken);
            node.Move(entry, [true], new double[1]);
        }

        return RunEnds.Read(node.WriteEnds([0]), 1, Elements)[0];
    }

    private static List<float[]> PointsOf(Bridge bridge, int steps)
    {
        List<float[]> points = [bridge.X.ToArray()];
        for (var i = 0; i < steps; i++)
        {
            bridge.Advance(1);
            points.Add(bridge.X.ToArray());
        }

        return points;
    }

    private static float[] Normals(uint sample)
    {
        var normals = new float[Elements];
        Noise.Fill(normals, sample, NoiseAddress.Initial);
        return normals;
    }
}
