using OrleansDiffusion.Sampling.Noise;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Steps;
using OrleansDiffusion.Sampling.Tests.Denoisers;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Sampling.Tests.Picard;

/// <summary>A run of linearised steps is one affine map, and maps compose.</summary>
public sealed class AffineMapTests
{
    private const int Samples = 2;
    private const int Elements = 11;
    private static readonly bool[] Active = [true, true];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Folding_any_run_is_moving_whatever_enters_through_it(bool hasMemory)
    {
        var denoiser = new MixtureRows(Mixtures.Random(3, Elements));
        var random = new Random(23);
        for (var trial = 0; trial < 100; trial++)
        {
            using var node = AnyNode(random, hasMemory);
            using var entry = AnyState(random);
            node.Start(entry, FirstIterate.Copied);
            for (var sweep = 0; sweep < 3; sweep++)
            {
                var map = new AffineMap(Samples, Elements);
                using var exit = new BlockState(Samples, Elements);
                using var other = AnyState(random);
                node.Evaluate(denoiser, Active, TestContext.Current.CancellationToken);

                node.Fold(Active, map);
                node.Move(other, Active, new double[Samples]);

                for (var n = 0; n < Samples; n++)
                {
                    map.Apply(n, other.X(n), other.Y(n));
                    node.CopyExit(n, exit);
                    AssertNear(exit.X(n), other.X(n));
                    AssertNear(exit.Y(n), other.Y(n));
                }
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Folding_a_rolled_start_is_starting_from_whatever_enters_with_whatever_is_held_constant(bool hasMemory)
    {
        var random = new Random(37);
        for (var trial = 0; trial < 100; trial++)
        {
            using var node = AnyNode(random, hasMemory);
            var map = new AffineMap(Samples, Elements);
            using var exit = new BlockState(Samples, Elements);
            using var entry = AnyState(random);
            for (var n = 0; n < Samples; n++)
                node.FoldRoll(n, map);

            node.Start(entry, FirstIterate.Rolled);

            for (var n = 0; n < Samples; n++)
            {
                map.Apply(n, entry.X(n), entry.Y(n), entry.Denoised(n));
                node.CopyExit(n, exit);
                AssertNear(exit.X(n), entry.X(n));
                AssertNear(exit.Y(n), entry.Y(n));
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Maps_composed_are_all_in_turn_however_they_are_grouped(bool hasMemory)
    {
        var random = new Random(29);
        for (var trial = 0; trial < 100; trial++)
        {
            AffineMap[] maps = [AnyMap(random, hasMemory), AnyMap(random, hasMemory), AnyMap(random, hasMemory)];
            using var state = AnyState(random);
            var x = state.X(0).ToArray();
            var y = state.Y(0).ToArray();
            foreach (var map in maps)
                map.Apply(0, x, y, state.Denoised(0));

            byte[][] written = [.. maps.Select(map => map.Write([0], hasMemory))];
            foreach (byte[][] grouped in new[]
            {
                written, [written[0], Composed(written[1..])], [Composed(written[..2]), written[2]], [Composed(written)],
            })
            {
                var (ofX, ofY) = (state.X(0).ToArray(), state.Y(0).ToArray());
                var composed = new WrittenMaps(Composed(grouped), Samples, Elements);
                Assert.Equal([0], composed.Samples);
                Assert.Equal(hasMemory, composed.LinearOf(0).HasMemory);
                composed.Apply(0, ofX, ofY, state.Denoised(0));
                AssertNear(x, ofX);
                AssertNear(y, ofY);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Only_the_samples_of_all_maps_are_composed_whatever_their_order(bool hasMemory)
    {
        var random = new Random(53);
        var (first, second) = (AnyMap(random, hasMemory, samples: 5), AnyMap(random, hasMemory, samples: 5));
        using var state = AnyState(random);

        var composed = new WrittenMaps(
            WrittenMaps.Compose([first.Write([4, 0, 2], hasMemory), second.Write([2, 1, 4], hasMemory)], 5, Elements), 5, Elements);

        Assert.Equal([2, 4], composed.Samples);
        for (var i = 0; i < 2; i++)
        {
            var (x, y) = (state.X(0).ToArray(), state.Y(0).ToArray());
            var (ofX, ofY) = (state.X(0).ToArray(), state.Y(0).ToArray());
            first.Apply(composed.Samples[i], x, y, state.Denoised(0));
            second.Apply(composed.Samples[i], x, y, state.Denoised(0));
            composed.Apply(i, ofX, ofY, state.Denoised(0));
            AssertNear(x, ofX);
            AssertNear(y, ofY);
        }
    }

    [Fact]
    public void A_new_map_changes_nothing()
    {
        using var state = AnyState(new Random(31));
        var (x, y) = (state.X(1).ToArray(), state.Y(1).ToArray());

        new AffineMap(Samples, Elements).Apply(1, state.X(1), state.Y(1));

        Assert.Equal(x, state.X(1));
        Assert.Equal(y, state.Y(1));
    }

    [Fact]
    public void A_sample_that_is_not_active_keeps_its_map()
    {
        var block = TestBlocks.Named("ddpm");
        using var entry = TestBlocks.Entry(block, Samples, Elements);
        using var node = TestBlocks.NodeOver(block, .., Samples, Elements, Linearization.Data);
        node.Start(entry, FirstIterate.Copied);
        node.Evaluate(new MixtureRows(Mixtures.Random(3, Elements)), Active, TestContext.Current.CancellationToken);
        var map = new AffineMap(Samples, Elements);

        node.Fold([true, false], map);

        Assert.NotEqual(AffineMap.Linear.Identity, map.LinearOf(0));
        Assert.Equal(AffineMap.Linear.Identity, map.LinearOf(1));
        Assert.All(map.OffsetX(1).ToArray(), offset => Assert.Equal(0, offset));
    }

    private static PicardNode AnyNode(Random random, bool hasMemory) => new(
        [.. Enumerable.Range(0, random.Next(1, 12)).Select(j => AnyStep(random, j, hasMemory))], hasMemory, firstSample: 0,
        Samples, Elements, Linearization.Secant, new NormalNoise(3));

    private static Step AnyStep(Random random, int j, bool hasMemory)
    {
        var level = new NoiseLevel(Between(random, 0.5, 1), Between(random, 0.3, 1), j);
        return new Step(
            level,
            new StepRow(
                Between(random, 0.7, 1.1), Between(random, 0, 0.3), Between(random, 0, 0.2),
                hasMemory ? Between(random, -0.3, 0.3) : 0),
            hasMemory
                ? new StepRow(
                    Between(random, -0.3, 0.3), Between(random, -0.5, 1), Between(random, 0, 0.2),
                    Between(random, -0.5, 0.5), Between(random, 0, 0.2))
                : default,
            NoiseAddress.ForStep(j));
    }

    private static byte[] Composed(byte[][] maps) => WrittenMaps.Compose(maps, Samples, Elements);

    private static AffineMap AnyMap(Random random, bool hasMemory, int samples = Samples)
    {
        var map = new AffineMap(samples, Elements);
        for (var n = 0; n < samples; n++)
        {
            map.LinearOf(n) = hasMemory
                ? new AffineMap.Linear(
                    Between(random, -1, 1), Between(random, -1, 1), Between(random, -1, 1), Between(random, -1, 1),
                    Between(random, -1, 1), Between(random, -1, 1))
                : AffineMap.Linear.Identity with { XX = Between(random, -1, 1), XD = Between(random, -1, 1) };
            Fill(random, map.OffsetX(n));
            if (hasMemory)
                Fill(random, map.OffsetY(n));
        }

        return map;
    }

    private static BlockState AnyState(Random random)
    {
        var state = new BlockState(Samples, Elements);
        for (var n = 0; n < Samples; n++)
        {
            Fill(random, state.X(n));
            Fill(random, state.Y(n));
            Fill(random, state.Denoised(n));
        }

        return state;
    }

    private static void Fill(Random random, Span<float> row)
    {
        foreach (ref var x in row)
            x = (float)Between(random, -2, 2);
    }

    private static double Between(Random random, double low, double high) => double.Lerp(low, high, random.NextDouble());

    private static void AssertNear(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-5f * (1 + MathF.Abs(expected[i])));
    }
}
