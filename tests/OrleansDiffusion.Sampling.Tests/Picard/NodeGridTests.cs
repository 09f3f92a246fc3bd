using System.Numerics.Tensors;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Tests.Denoisers;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Sampling.Tests.Picard;

/// <summary>A block that is cut into nodes sweeps as one that is not.</summary>
public sealed class NodeGridTests
{
    private const int Elements = 20;
    private const int Samples = 3;

    private const float AtRest = 1e-6f; // RMS, relative to a row's largest element

    public static MatrixTheoryData<string, Linearization, int> Cuts =>
        new(TestBlocks.Names, Enum.GetValues<Linearization>(), [2, 3, 8]);

    [Theory]
    [MemberData(nameof(Cuts))]
    public void Every_sweep_of_several_nodes_is_that_of_one(string name, Linearization linearization, int nodes)
    {
        var denoiser = new MixtureRows(Mixtures.Random(3, Elements));
        var block = TestBlocks.Named(name);
        using var entry = TestBlocks.Entry(block, Samples, Elements);
        foreach (var start in Enum.GetValues<FirstIterate>())
        {
            using var one = new NodeGrid(block, 1, entry, linearization, start);
            using var several = new NodeGrid(block, nodes, entry, linearization, start);
            for (var sweep = 1; sweep <= block.Steps.Length; sweep++)
            {
                var updates = one.Sweep(denoiser, entry);
                Assert.All(updates.Zip(several.Sweep(denoiser, entry)), pair =>
                    Assert.Equal(pair.First, pair.Second, 1e-5 * (1 + pair.First)));

                using var expected = one.Exit();
                using var actual = several.Exit();
                AssertNear(expected, actual, sweep < block.Steps.Length ? OnTheWay(linearization) : AtRest);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public void Nodes_follow_an_entry_that_moves_between_sweeps(string name, Linearization linearization, int nodes)
    {
        var denoiser = new MixtureRows(Mixtures.Random(3, Elements));
        var block = TestBlocks.Named(name);
        using var entry = TestBlocks.Entry(block, Samples, Elements);
        using var one = new NodeGrid(block, 1, entry, linearization);
        using var several = new NodeGrid(block, nodes, entry, linearization);
        for (var sweep = 1; sweep <= 8; sweep++)
        {
            foreach (ref var x in entry.X(1))
                x += 0.5f / (sweep * sweep);
            one.Sweep(denoiser, entry);
            several.Sweep(denoiser, entry);

            using var expected = one.Exit();
            using var actual = several.Exit();
            AssertNear(expected, actual, OnTheWay(linearization));
        }
    }

    public static MatrixTheoryData<string, Linearization, FirstIterate, int> LongBlocks => new(
        ["ddim", "ddpm", "dpm++2m", TestBlocks.Corrector], Enum.GetValues<Linearization>(),
        Enum.GetValues<FirstIterate>(), [3, 8]);

    [Theory]
    [MemberData(nameof(LongBlocks))]
    public void What_nothing_moves_comes_to_rest_as_soon_as_in_one_node_and_where_it_does_there(
        string name, Linearization linearization, FirstIterate start, int nodes)
    {
        var block = TestBlocks.Long(name);
        using var entry = TestBlocks.Entry(block, Samples, Elements);
        using var one = new NodeGrid(block, 1, entry, linearization, start);
        using var several = new NodeGrid(block, nodes, entry, linearization, start);

        var sweepsOfOne = SweepsToRest(one, entry);
        var sweeps = SweepsToRest(several, entry);

        Assert.InRange(sweeps, 1, sweepsOfOne + 3);
        Assert.InRange(sweeps, 1, block.Steps.Length / 2);
        using var expected = one.Exit();
        using var actual = several.Exit();
        AssertNear(expected, actual, AtRest);
    }

    // The published linearisation overshoots on the way, so that rounding weighs more.
    private static float OnTheWay(Linearization linearization) => linearization == Linearization.Score ? 1e-5f : AtRest;

    private static int SweepsToRest(NodeGrid grid, BlockState entry)
    {
        var denoiser = new MixtureRows(Mixtures.Random(3, Elements));
        for (var sweep = 1; ; sweep++)
        {
            if (grid.Sweep(denoiser, entry).Max() == 0)
                return sweep;
        }
    }

    private static void AssertNear(BlockState expected, BlockState actual, float most)
    {
        for (var n = 0; n < expected.Samples; n++)
        {
            AssertNear(expected.X(n), actual.X(n), most);
            AssertNear(expected.Y(n), actual.Y(n), most);
            AssertNear(expected.Denoised(n), actual.Denoised(n), most);
        }
    }

    private static void AssertNear(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, float most)
    {
        var scale = 1 + MathF.Abs(TensorPrimitives.MaxMagnitude(expected));
        var distance = TensorPrimitives.Distance(expected, actual) / MathF.Sqrt(expected.Length);
        Assert.InRange(distance / scale, 0, most);
    }
}
