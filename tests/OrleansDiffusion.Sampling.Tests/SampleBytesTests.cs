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
            using var state = new BlockState(1, elements: 4);
            var whole = new AffineMap(Samples, 4).Write([0, 2], hasMemory: true);
            return new Dictionary<string, byte[]>
            {
                ["none"] = [],
                ["half a header"] = whole[..9],
                ["a header alone"] = whole[..16],
                ["one too few"] = whole[..^1],
                ["one too many"] = [.. whole, 0],
                ["a sample beyond the batch"] = new AffineMap(Samples + 1, 4).Write([Samples], hasMemory: true),
                ["longer samples"] = new AffineMap(Samples, 5).Write([0], hasMemory: true),
                ["a state"] = state.Write(0),
                ["a negative count"] = [0xff, 0xff, 0xff, 0xff, .. whole[4..]],
            };
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Maps_of_any_samples_survive(bool hasMemory)
    {
        var random = new Random(41);
        for (var trial = 0; trial < 200; trial++)
        {
            var elements = random.Next(1, 40);
            var from = AnyMap(random, elements, hasMemory);
            var chosen = AnyOf(random);

            var read = new WrittenMaps(from.Write(chosen, hasMemory), Samples, elements);

            Assert.Equal(chosen, read.Samples);
            for (var i = 0; i < chosen.Length; i++)
            {
                Assert.Equal(from.LinearOf(chosen[i]), read.LinearOf(i));
                Assert.Equal(from.OffsetX(chosen[i]), read.OffsetX(i));
                Assert.Equal(hasMemory ? from.OffsetY(chosen[i]) : [], read.OffsetY(i));
            }
        }
    }

    [Fact]
    public void A_state_survives_in_any_place_of_a_batch_and_others_stay()
    {
        var random = new Random(43);
        for (var trial = 0; trial < 200; trial++)
        {
            var elements = random.Next(1, 40);
            using var from = AnyState(random, elements);
            using var to = new BlockState(Samples, elements);
            var (sample, place) = (random.Next(Samples), random.Next(Samples));

            to.Read(place, from.Write(sample));

            for (var n = 0; n < Samples; n++)
            {
                Assert.Equal(n == place ? from.X(sample) : new float[elements], to.X(n));
                Assert.Equal(n == place ? from.Y(sample) : new float[elements], to.Y(n));
                Assert.Equal(n == place ? from.Denoised(sample) : new float[elements], to.Denoised(n));
                Assert.Equal(n == place ? from.LocalVariance(sample) : 0, to.LocalVariance(n));
            }
        }
    }

    [Fact]
    public void A_state_of_another_length_is_refused()
    {
        using var state = new BlockState(1, elements: 4);
        var bytes = state.Write(0);

        Assert.Throws<InvalidDataException>(() => state.Read(0, bytes.AsSpan(..^1)));
        Assert.Throws<InvalidDataException>(() => state.Read(0, [.. bytes, 0]));
    }

    [Theory]
    [MemberData(nameof(Spoilt))]
    public void Other_bytes_are_refused(string kind) =>
        Assert.Throws<InvalidDataException>(() => _ = new WrittenMaps(NotOfThisBatch[kind], Samples, elements: 4).Samples.Length);

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
