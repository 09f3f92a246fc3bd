using OrleansDiffusion.Sampling.Picard;

namespace OrleansDiffusion.Sampling.Tests;

/// <summary>Maps and states of chosen samples survive as bytes, to the bit; anything else is refused.</summary>
public sealed class SampleBytesTests
{
    private const int Samples = 6;

    public static TheoryData<string> Spoilt => [.. NotOfThisBatch.Keys];

    private static Dictionary<string, byte[]> NotOfThisBatch
    {
        get
        {
            using var state = new BlockState(Samples, elements: 4);
            using var larger = new BlockState(Samples + 1, elements: 4);
            using var longer = new BlockState(Samples, elements: 5);
            var whole = state.Write([0, 2]);
            return new Dictionary<string, byte[]>
            {
                ["none"] = [],
                ["half a header"] = whole[..9],
                ["a header alone"] = whole[..16],
                ["one too few"] = whole[..^1],
                ["one too many"] = [.. whole, 0],
                ["a sample beyond the batch"] = larger.Write([Samples]),
                ["longer samples"] = longer.Write([0]),
                ["a map"] = new AffineMap(Samples, 4).Write([0], hasMemory: true),
                ["a negative count"] = [0xff, 0xff, 0xff, 0xff, .. whole[4..]],
            };
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Maps_of_any_samples_survive_and_others_stay(bool hasMemory)
    {
        var random = new Random(41);
        for (var trial = 0; trial < 200; trial++)
        {
            var elements = random.Next(1, 40);
            var from = AnyMap(random, elements, hasMemory);
            var to = AnyMap(random, elements, hasMemory: true);
            var untouched = new AffineMap(Samples, elements);
            untouched.Read(to.Write(All, hasMemory: true));
            var chosen = AnyOf(random);

            to.Read(from.Write(chosen, hasMemory));

            for (var n = 0; n < Samples; n++)
            {
                var expected = chosen.Contains(n) ? from : untouched;
                Assert.Equal(expected.LinearOf(n), to.LinearOf(n));
                Assert.Equal(expected.OffsetX(n), to.OffsetX(n));
                Assert.Equal(expected.OffsetY(n), to.OffsetY(n));
            }
        }
    }

    [Fact]
    public void States_of_any_samples_survive_and_others_stay()
    {
        var random = new Random(43);
        for (var trial = 0; trial < 200; trial++)
        {
            var elements = random.Next(1, 40);
            using var from = AnyState(random, elements);
            using var to = new BlockState(Samples, elements);
            using var zeros = new BlockState(Samples, elements);
            var chosen = AnyOf(random);

            to.Read(from.Write(chosen));

            for (var n = 0; n < Samples; n++)
            {
                var expected = chosen.Contains(n) ? from : zeros;
                Assert.Equal(expected.X(n), to.X(n));
                Assert.Equal(expected.Y(n), to.Y(n));
                Assert.Equal(expected.Denoised(n), to.Denoised(n));
                Assert.Equal(expected.LocalVariance(n), to.LocalVariance(n));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Spoilt))]
    public void Other_bytes_are_refused_and_replace_nothing(string kind)
    {
        using var state = AnyState(new Random(47), elements: 4);
        var before = state.Write(All);

        Assert.Throws<InvalidDataException>(() => state.Read(NotOfThisBatch[kind]));

        Assert.Equal(before, state.Write(All));
    }

    [Fact]
    public void A_state_is_not_taken_for_a_map()
    {
        using var state = new BlockState(Samples, elements: 4);
        var map = new AffineMap(Samples, 4);

        Assert.Throws<InvalidDataException>(() => map.Read(state.Write([0])));
        Assert.Throws<InvalidDataException>(() => map.Read(map.Write([0], hasMemory: false).AsSpan(..^4)));
        Assert.Throws<InvalidDataException>(() => map.Read([1, 2, 3]));
    }

    private static int[] All => [.. Enumerable.Range(0, Samples)];

    private static int[] AnyOf(Random random)
    {
        var samples = All;
        random.Shuffle(samples);
        return samples[..random.Next(0, Samples + 1)];
    }

    private static AffineMap AnyMap(Random random, int elements, bool hasMemory)
    {
        var map = new AffineMap(Samples, elements);
        for (var n = 0; n < Samples; n++)
            Fill(random, map, n, hasMemory);
        return map;
    }

    private static void Fill(Random random, AffineMap map, int sample, bool hasMemory)
    {
        map.LinearOf(sample) = hasMemory
            ? new(random.NextDouble(), random.NextDouble(), random.NextDouble(), random.NextDouble())
            : AffineMap.Linear.Identity with { XX = random.NextDouble() };
        Fill(random, map.OffsetX(sample));
        if (hasMemory)
            Fill(random, map.OffsetY(sample));
    }

    private static BlockState AnyState(Random random, int elements)
    {
        var state = new BlockState(Samples, elements);
        for (var n = 0; n < Samples; n++)
        {
            Fill(random, state.X(n));
            Fill(random, state.Y(n));
            Fill(random, state.Denoised(n));
            state.LocalVariance(n) = random.NextDouble();
        }

        return state;
    }

    private static void Fill(Random random, Span<float> row)
    {
        foreach (ref var x in row)
            x = random.NextSingle() - 0.5f;
    }
}
