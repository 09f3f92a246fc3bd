using System.Collections.Immutable;
using System.Runtime.InteropServices;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Picard;

namespace OrleansDiffusion.Cli.Benchmarks;

/// <summary>What one Picard run needed, and how far it ended from the sequential run of the same samples.</summary>
internal sealed record Measurement(
    int Rounds, int SequentialRounds, double Evaluations, double MedianError, double Percentile95Error,
    IReadOnlyList<int> SweepsPerBlock)
{
    /// <summary>Runs a timeline and compares.</summary>
    /// <param name="denoiser">The model.</param>
    /// <param name="timeline">The steps and their blocks.</param>
    /// <param name="options">How blocks are iterated.</param>
    /// <param name="reference">The sequential run of the same seed and samples.</param>
    /// <param name="seed">The seed of both.</param>
    /// <param name="conditions">What the samples of both are asked to show.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public static Measurement Of(
        IDenoiser denoiser, Timeline timeline, PicardOptions options, SamplingResult reference, ulong seed,
        ImmutableArray<Condition> conditions, CancellationToken cancellationToken)
    {
        var samples = (int)reference.Samples.shape[0];
        using var result = new PicardSampler(denoiser, timeline, options)
            .Sample(seed, 0, samples, conditions, cancellationToken: cancellationToken);
        var errors = Errors(result, reference, samples);
        return new Measurement(
            result.Rounds, timeline.Steps, (double)result.Evaluations / samples,
            errors[samples / 2], errors[(int)Math.Ceiling(0.95 * samples) - 1], result.SweepsPerBlock);
    }

    // RMS over the elements of a sample, ascending over the samples.
    private static double[] Errors(SamplingResult result, SamplingResult reference, int samples)
    {
        var a = MemoryMarshal.Cast<byte, float>(result.Samples.bytes);
        var b = MemoryMarshal.Cast<byte, float>(reference.Samples.bytes);
        var elements = a.Length / samples;
        var errors = new double[samples];
        for (var n = 0; n < samples; n++)
        {
            var distance = System.Numerics.Tensors.TensorPrimitives.Distance<float>(
                a.Slice(n * elements, elements), b.Slice(n * elements, elements));
            errors[n] = float.IsFinite(distance) ? distance / Math.Sqrt(elements) : double.PositiveInfinity;
        }

        Array.Sort(errors);
        return errors;
    }
}
