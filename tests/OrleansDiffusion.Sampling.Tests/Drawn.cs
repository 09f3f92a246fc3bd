using System.Collections.Immutable;
using System.Runtime.InteropServices;
using OrleansDiffusion.Sampling.Picard;

namespace OrleansDiffusion.Sampling.Tests;

/// <summary>What a sampler returned, with the samples as plain arrays.</summary>
internal sealed record Drawn(
    float[][] Samples,
    int Rounds,
    IReadOnlyList<int> SweepsPerBlock,
    long Evaluations,
    double MaxResidual,
    IReadOnlyList<SampleFailure> Failures)
{
    public const ulong Seed = 7;

    public static Drawn Sequentially(
        IDenoiser denoiser, Timeline timeline, int samples, int firstSample = 0, ulong seed = Seed,
        ImmutableArray<Condition> conditions = default)
    {
        using var result = new SequentialSampler(denoiser, timeline).Sample(
            seed, firstSample, samples, conditions, cancellationToken: TestContext.Current.CancellationToken);
        return From(result);
    }

    public static Drawn ByPicard(
        IDenoiser denoiser, Timeline timeline, PicardOptions options, int samples, int firstSample = 0,
        ulong seed = Seed, IProgress<SweepProgress>? progress = null, ImmutableArray<Condition> conditions = default)
    {
        using var result = new PicardSampler(denoiser, timeline, options).Sample(
            seed, firstSample, samples, conditions, progress, TestContext.Current.CancellationToken);
        return From(result);
    }

    /// <summary>The RMS distance of every sample to that of another run.</summary>
    public double[] DistancesTo(Drawn other) => DistancesTo(other.Samples);

    /// <inheritdoc cref="DistancesTo(Drawn)"/>
    public double[] DistancesTo(float[][] others) => [.. Samples.Zip(others, Rms)];

    private static double Rms(float[] a, float[] b) =>
        Math.Sqrt(a.Zip(b, (x, y) => ((double)x - y) * ((double)x - y)).Average());

    private static Drawn From(SamplingResult result)
    {
        var elements = MemoryMarshal.Cast<byte, float>(result.Samples.bytes).ToArray();
        var samples = elements.Chunk(elements.Length / (int)result.Samples.shape[0]).ToArray();
        return new Drawn(
            samples, result.Rounds, result.SweepsPerBlock, result.Evaluations, result.MaxResidual, result.Failures);
    }
}
