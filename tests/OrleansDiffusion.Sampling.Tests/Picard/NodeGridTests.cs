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
                    Assert.Equal(pair.First, pair.Second, 1e-4 * (1 + pair.First)));

                using var expected = one.Exit();
                using var actual = several.Exit();
                AssertNear(expected, actual);
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
            AssertNear(expected, actual);
        }
    }

    private static void AssertNear(BlockState expected, BlockState actual)
    {
        for (var n = 0; n < expected.Samples; n++)
        {
            AssertNear(expected.X(n), actual.X(n));
            AssertNear(expected.Y(n), actual.Y(n));
            AssertNear(expected.Denoised(n), actual.Denoised(n));
        }
    }

    private static void AssertNear(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        var scale = 1 + MathF.Abs(TensorPrimitives.MaxMagnitude(expected));
        var distance = TensorPrimitives.Distance(expected, actual) / MathF.Sqrt(expected.Length);
        Assert.InRange(distance / scale, 0, 1e-5f);
    }
}
