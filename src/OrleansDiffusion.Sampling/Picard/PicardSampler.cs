using System.Collections.Immutable;

namespace OrleansDiffusion.Sampling.Picard;

/// <summary>
/// Walks a timeline block by block, or several blocks at a time, and sweeps each to its fixed point, every grid point
/// of it at once: the same samples as <see cref="SequentialSampler"/>'s in far fewer rounds of model calls.
/// </summary>
/// <param name="denoiser">The model.</param>
/// <param name="timeline">The steps and how they are cut into blocks.</param>
/// <param name="options">How a block is iterated.</param>
public sealed class PicardSampler(IDenoiser denoiser, Timeline timeline, PicardOptions options)
{
    /// <summary>Draws a batch of samples.</summary>
    /// <param name="seed">The job's seed.</param>
    /// <param name="firstSample">Index in the job of the batch's first sample, 0 or more.</param>
    /// <param name="samples">Samples in the batch, 1 or more.</param>
    /// <param name="conditions">
    /// What the job's samples take in turn: sample i of the job takes entry i mod n, whatever its batch. None for
    /// unconditional samples.
    /// </param>
    /// <param name="progress">Told after every sweep.</param>
    /// <param name="cancellationToken">Ends the run between two calls of the model.</param>
    /// <exception cref="InvalidOptionException">An option out of its range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public SamplingResult Sample(
        ulong seed, int firstSample, int samples, ImmutableArray<Condition> conditions = default,
        IProgress<SweepProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        options.Validate();
        using var run = new SamplingRun(denoiser, timeline, seed, firstSample, samples, conditions);
        var rule = new ConvergenceRule(
            options.Tolerance, options.Linearization, timeline.Blocks.Length, denoiser.DataVariance, denoiser.Sensitivity);
        var front = new Wavefront(samples, [.. timeline.Blocks.Select(block => block.Steps.Length)], options, rule);
        using var blocks = new OpenBlocks(run, timeline, options, front);
        while (!front.IsDone)
        {
            cancellationToken.ThrowIfCancellationRequested();
            blocks.Sweep(cancellationToken);
            progress?.Report(front.Progress());
        }

        return run.Finish(front.Outcome);
    }
}
