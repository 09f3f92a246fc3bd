using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace OrleansDiffusion.Sampling.Noise;

/// <summary>Standard normal noise that is a function of its address, not of what was drawn before.</summary>
/// <remarks>
/// Block i of four elements comes from the <see cref="Philox4x32"/> counter (i, step, sample, stream) under the seed as
/// key, so that a sample is the same whatever its batch, and a step's noise whatever the order of the steps. Values are
/// computed in double precision, stored in single, and the same to the last bit on every machine.
/// </remarks>
public sealed class NormalNoise
{
    /// <summary>Elements made at once: four lanes of four elements.</summary>
    private const int GroupLength = 16;

    /// <summary>Elements in a sample's noise: 2³² blocks of four.</summary>
    private const long MaxElements = 4L << 32;

    private readonly ulong _seed;
    private readonly ImmutableArray<(ulong Seed, uint Sample)> _samples; // default where all have one seed

    /// <summary>Noise of samples that share a seed.</summary>
    /// <param name="seed">The seed of the job.</param>
    public NormalNoise(ulong seed) => _seed = seed;

    /// <summary>Noise of samples that each have what a sample of another job has.</summary>
    /// <param name="samples">For every sample that job's seed, and the sample's index there.</param>
    public NormalNoise(ImmutableArray<(ulong Seed, uint Sample)> samples) => _samples = samples;

    /// <summary>Writes a range of a sample's noise.</summary>
    /// <param name="destination">Receives the elements from <paramref name="firstElement"/> on.</param>
    /// <param name="sample">The sample's index in the job.</param>
    /// <param name="address">Which noise of the sample.</param>
    /// <param name="firstElement">The first element's index in the flattened sample.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the 2³⁴ elements there are.</exception>
    public void Fill(Span<float> destination, uint sample, NoiseAddress address, long firstElement = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstElement);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstElement, MaxElements - destination.Length);

        var (seed, index) = _samples.IsDefault ? (_seed, sample) : _samples[(int)sample];
        ulong block = (ulong)firstElement / 4;
        int skip = (int)(firstElement % 4);
        if (skip != 0)
        {
            int written = FillPart(destination, skip, block, seed, index, address);
            destination = destination[written..];
            block += GroupLength / 4;
        }

        while (destination.Length >= GroupLength)
        {
            FillGroup(destination, block, seed, index, address);
            destination = destination[GroupLength..];
            block += GroupLength / 4;
        }

        if (!destination.IsEmpty)
            FillPart(destination, 0, block, seed, index, address);
    }

    /// <summary>Writes what there is room for of a group, from its element <paramref name="skip"/> on.</summary>
    private static int FillPart(
        Span<float> destination, int skip, ulong block, ulong seed, uint sample, NoiseAddress address)
    {
        Span<float> group = stackalloc float[GroupLength];
        FillGroup(group, block, seed, sample, address);
        group = group[skip..];
        int count = Math.Min(group.Length, destination.Length);
        group[..count].CopyTo(destination);
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FillGroup(Span<float> group, ulong block, ulong seed, uint sample, NoiseAddress address)
    {
        Vector256<ulong> x0 = Vector256.Create(block) + Vector256<ulong>.Indices;
        Vector256<ulong> x1 = Vector256.Create((ulong)address.Step);
        Vector256<ulong> x2 = Vector256.Create((ulong)sample);
        Vector256<ulong> x3 = Vector256.Create((ulong)address.Stream);
        Philox4x32.Permute(ref x0, ref x1, ref x2, ref x3, seed);

        (Vector256<double> z0, Vector256<double> z1) = BoxMuller.Transform(x0, x1);
        (Vector256<double> z2, Vector256<double> z3) = BoxMuller.Transform(x2, x3);
        Store(group, Interleave(z0, z1), Interleave(z2, z3));
    }

    /// <summary>Rounds to single precision and puts a[l] and b[l] side by side, for each lane l.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Interleave(Vector256<double> a, Vector256<double> b) =>
        Vector256.Shuffle(Vector256.Narrow(a, b), Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7)).AsUInt64();

    /// <summary>Stores pairs of elements: first[0], second[0], first[1], second[1] and so on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Span<float> group, Vector256<ulong> first, Vector256<ulong> second)
    {
        Vector256<ulong> odd = Vector256.Create(0, ulong.MaxValue, 0, ulong.MaxValue);
        Vector256<ulong> lower = Vector256.ConditionalSelect(
            odd,
            Vector256.Shuffle(second, Vector256.Create(0UL, 0, 1, 1)),
            Vector256.Shuffle(first, Vector256.Create(0UL, 0, 1, 1)));
        Vector256<ulong> upper = Vector256.ConditionalSelect(
            odd,
            Vector256.Shuffle(second, Vector256.Create(2UL, 2, 3, 3)),
            Vector256.Shuffle(first, Vector256.Create(2UL, 2, 3, 3)));
        lower.AsSingle().CopyTo(group);
        upper.AsSingle().CopyTo(group[Vector256<float>.Count..]);
    }
}
