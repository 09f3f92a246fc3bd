using System.Runtime.InteropServices;
using System.Security.Cryptography;
using OrleansDiffusion.Sampling.Noise;

namespace OrleansDiffusion.Sampling.Tests.Noise;

public sealed class NormalNoiseTests(ITestOutputHelper output)
{
    private const ulong Seed = 123456789012345;

    [Fact]
    public void Values_of_the_golden_table_to_one_unit_in_the_last_place()
    {
        int values = 0;
        int exact = 0;
        foreach (PhiloxTable.Row row in PhiloxTable.Instance.Rows)
        {
            var address = new NoiseAddress((NoiseStream)row.Stream, row.Step);
            float[] actual = Fill(row.Seed, row.Values.Count, row.Sample, address);
            for (int i = 0; i < actual.Length; i++)
            {
                values++;
                exact += BitDistance(row.Values[i], actual[i]) == 0 ? 1 : 0;
                Assert.InRange(BitDistance(row.Values[i], actual[i]), 0, 1);
            }
        }

        output.WriteLine($"{exact} of {values} values are exact to the last bit.");
        Assert.Equal(36 * 8, values);
    }

    [Theory]
    [InlineData(NoiseStream.Initial, 0, 0)]
    [InlineData(NoiseStream.Step, 448, 1)]
    [InlineData(NoiseStream.CorrectorVelocity, 7, uint.MaxValue)]
    [InlineData(NoiseStream.CorrectorStep, uint.MaxValue, 12)]
    public void Values_are_the_Box_Muller_transform_of_the_counters(NoiseStream stream, uint step, uint sample)
    {
        const int Count = 1 << 18;
        float[] actual = Fill(Seed, Count, sample, new NoiseAddress(stream, step));

        int inexact = 0;
        for (int i = 0; i < Count; i += 4)
        {
            (uint r0, uint r1, uint r2, uint r3) =
                Philox4x32.Permute(((uint)i / 4, step, sample, (uint)stream), Seed);
            float[] expected = [.. BoxMuller(r0, r1), .. BoxMuller(r2, r3)];
            for (int k = 0; k < 4; k++)
            {
                Assert.InRange(BitDistance(expected[k], actual[i + k]), 0, 1);
                inexact += BitDistance(expected[k], actual[i + k]);
            }
        }

        // A libm that rounds otherwise moves a float32 about once in 10^8.
        Assert.InRange(inexact, 0, 2);
    }

    [Fact]
    public void Samples_of_several_jobs_have_the_noise_of_their_own()
    {
        var noise = new NormalNoise([(Seed, 3), (Seed + 1, 0), (Seed, 3)]);
        var address = new NoiseAddress(NoiseStream.Step, 5);
        float[][] expected = [Fill(Seed, 33, 3, address), Fill(Seed + 1, 33, 0, address), Fill(Seed, 33, 3, address)];

        for (uint sample = 0; sample < 3; sample++)
        {
            var actual = new float[31];
            noise.Fill(actual, sample, address, firstElement: 2);
            Assert.Equal(expected[sample][2..], actual);
        }
    }

    [Fact]
    public void A_seed_means_the_same_noise_on_every_machine()
    {
        // The golden and Box-Muller tests say that the values are right; this one that not a bit of them ever changes.
        float[] values = Fill(Seed, 1 << 20, 5, NoiseAddress.ForStep(7));

        string digest = Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<float>(values)));

        Assert.Equal("d2ab157fe515d5119eebfddbdbdb6201fefdcf1adfdb4ca1c1240049da6e32b8", digest);
    }

    [Fact]
    public void Ranges_of_any_length_and_start_agree_with_one_fill()
    {
        var random = new Random(20240517);
        var noise = new NormalNoise(Seed);
        NoiseAddress address = NoiseAddress.ForStep(3);

        for (int trial = 0; trial < 500; trial++)
        {
            long start = trial % 2 == 0 ? random.Next(64) : random.NextInt64(1L << 33);
            var whole = new float[random.Next(1, 400)];
            noise.Fill(whole, 2, address, start);

            var parts = new float[whole.Length];
            int done = 0;
            while (done < parts.Length)
            {
                int length = random.Next(0, Math.Min(60, parts.Length - done) + 1);
                noise.Fill(parts.AsSpan(done, length), 2, address, start + done);
                done += length;
            }

            Assert.Equal(whole, parts);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(3071)]
    public void Nothing_outside_the_destination_is_written(int length)
    {
        var buffer = new float[length + 64];
        Array.Fill(buffer, float.NaN);

        new NormalNoise(Seed).Fill(buffer.AsSpan(32, length), 0, NoiseAddress.Initial, firstElement: 1);

        Assert.All(buffer[..32], value => Assert.True(float.IsNaN(value)));
        Assert.All(buffer[32..^32], value => Assert.True(float.IsFinite(value)));
        Assert.All(buffer[^32..], value => Assert.True(float.IsNaN(value)));
    }

    [Fact]
    public void The_last_element_is_the_last_word_of_the_last_block()
    {
        const long Last = (4L << 32) - 1;
        var value = new float[1];
        var noise = new NormalNoise(Seed);
        noise.Fill(value, 1, NoiseAddress.Initial, Last);

        (_, _, uint r2, uint r3) = Philox4x32.Permute((uint.MaxValue, 0, 1, 0), Seed);
        Assert.InRange(BitDistance(BoxMuller(r2, r3)[1], value[0]), 0, 1);

        Assert.Throws<ArgumentOutOfRangeException>(() => noise.Fill(value, 1, NoiseAddress.Initial, Last + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => noise.Fill(value, 1, NoiseAddress.Initial, -1));
    }

    [Fact]
    public void Every_part_of_the_address_gives_other_noise()
    {
        const int Count = 1 << 16;
        float[][] fills =
        [
            Fill(Seed, Count, 0, NoiseAddress.Initial),
            Fill(Seed + 1, Count, 0, NoiseAddress.Initial),
            Fill(Seed + (1UL << 32), Count, 0, NoiseAddress.Initial),
            Fill(Seed, Count, 1, NoiseAddress.Initial),
            Fill(Seed, Count, 0, NoiseAddress.ForStep(0)),
            Fill(Seed, Count, 0, NoiseAddress.ForStep(1)),
            Fill(Seed, Count, 0, NoiseAddress.CorrectorVelocity(0)),
            Fill(Seed, Count, 0, NoiseAddress.CorrectorStep(0, 0)),
            Fill(Seed, Count, 0, NoiseAddress.CorrectorStep(1, 0)),
        ];

        for (int i = 0; i < fills.Length; i++)
        {
            for (int j = 0; j < i; j++)
                AssertWithinFiveErrors($"correlation of {i} and {j}", Mean(fills[i], fills[j]), 0, 1, Count);
        }
    }

    [Fact]
    public void A_sample_does_not_depend_on_its_batch()
    {
        const int Dimension = 3 * 5 * 7;
        var noise = new NormalNoise(Seed);
        NoiseAddress address = NoiseAddress.ForStep(11);

        var batch = new float[8 * Dimension];
        for (int sample = 0; sample < 8; sample++)
            noise.Fill(batch.AsSpan(sample * Dimension, Dimension), (uint)sample, address);

        Assert.Equal(Fill(Seed, Dimension, 6, address), batch[(6 * Dimension)..(7 * Dimension)]);
    }

    [Fact]
    public void Moments_of_four_million_values_are_those_of_a_normal()
    {
        const int Count = 4_000_000;
        float[] step = Fill(Seed, Count, 0, NoiseAddress.ForStep(0));
        float[] next = Fill(Seed, Count, 0, NoiseAddress.ForStep(1));

        // The variance of zⁿ is (2n - 1)!! less the square of its mean.
        AssertWithinFiveErrors("mean", Mean(step, z => z), 0, 1, Count);
        AssertWithinFiveErrors("second moment", Mean(step, z => z * z), 1, 2, Count);
        AssertWithinFiveErrors("third moment", Mean(step, z => z * z * z), 0, 15, Count);
        AssertWithinFiveErrors("fourth moment", Mean(step, z => z * z * z * z), 3, 96, Count);

        float[] z0 = [.. step.Where((_, i) => i % 2 == 0)];
        float[] z1 = [.. step.Where((_, i) => i % 2 == 1)];
        AssertWithinFiveErrors("z0 z1", Mean(z0, z1), 0, 1, z0.Length);
        AssertWithinFiveErrors("z0² z1²", Mean(Square(z0), Square(z1)), 1, 8, z0.Length);
        AssertWithinFiveErrors("neighbouring elements", Mean(step[1..], step[..^1]), 0, 1, Count - 1);
        AssertWithinFiveErrors("neighbouring blocks", Mean(step[4..], step[..^4]), 0, 1, Count - 4);
        AssertWithinFiveErrors("neighbouring steps", Mean(step, next), 0, 1, Count);
        AssertWithinFiveErrors("squares of neighbouring steps", Mean(Square(step), Square(next)), 1, 8, Count);
    }

    [Fact]
    public void Fill_does_not_allocate()
    {
        var noise = new NormalNoise(Seed);
        var destination = new float[3073];
        noise.Fill(destination, 0, NoiseAddress.Initial, 1);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (uint sample = 0; sample < 100; sample++)
            noise.Fill(destination, sample, NoiseAddress.ForStep(1), 1);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Addresses_are_the_counter_words_of_the_format()
    {
        Assert.Equal(new NoiseAddress((NoiseStream)0, 0), NoiseAddress.Initial);
        Assert.Equal(new NoiseAddress((NoiseStream)1, 448), NoiseAddress.ForStep(448));
        Assert.Equal(new NoiseAddress((NoiseStream)2, 7), NoiseAddress.CorrectorVelocity(7));
        Assert.Equal(new NoiseAddress((NoiseStream)3, (7 * 65536) + 12), NoiseAddress.CorrectorStep(7, 12));
        Assert.Throws<OverflowException>(() => NoiseAddress.ForStep(-1));
        Assert.Throws<OverflowException>(() => NoiseAddress.CorrectorStep(0, 65536));
    }

    private static float[] Fill(ulong seed, int count, uint sample, NoiseAddress address)
    {
        var values = new float[count];
        new NormalNoise(seed).Fill(values, sample, address);
        return values;
    }

    /// <summary>The transform as it is written down, one pair at a time with the mathematics library.</summary>
    private static float[] BoxMuller(uint r0, uint r1)
    {
        double radius = Math.Sqrt(-2 * Math.Log((r0 + 0.5) / 4294967296.0));
        (double sin, double cos) = Math.SinCos(Math.Tau * ((r1 + 0.5) / 4294967296.0));
        return [(float)(radius * cos), (float)(radius * sin)];
    }

    /// <summary>How many float32 values apart two numbers of one sign are.</summary>
    private static int BitDistance(float a, float b) =>
        Math.Abs(BitConverter.SingleToInt32Bits(a) - BitConverter.SingleToInt32Bits(b));

    private static double Mean(float[] values, Func<double, double> function) =>
        values.Average(value => function(value));

    private static double Mean(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Average();

    private static float[] Square(float[] values) => Array.ConvertAll(values, value => value * value);

    /// <summary>Five standard errors of a mean of <paramref name="count"/> terms of the given variance.</summary>
    private void AssertWithinFiveErrors(string what, double actual, double expected, double variance, int count)
    {
        double errors = (actual - expected) / Math.Sqrt(variance / count);
        output.WriteLine($"{what}: {actual:F6}, {errors:F2} standard errors from {expected}");
        Assert.InRange(errors, -5, 5);
    }
}
