using System.Collections.Immutable;

namespace OrleansDiffusion.Sampling.Picard;

/// <summary>
/// Walks a timeline block by block and sweeps each to its fixed point, every grid point of the block at once: the
/// same samples as <see cref="SequentialSampler"/>'s in far fewer rounds of model calls.
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
        using var run = new SamplingRun(denoiser, seed, firstSample, samples, conditions, timeline.Start);
        var rule = new ConvergenceRule(options.Tolerance, options.Linearization, denoiser.DataVariance);
        foreach (var block in timeline.Blocks)
            SweepBlock(run, block, rule, progress, cancellationToken);
        return run.Finish();
    }

    private void SweepBlock(
        SamplingRun run, Block block, ConvergenceRule rule, IProgress<SweepProgress>? progress,
        CancellationToken cancellationToken)
    {
        run.Enter(block);
        using var node = run.NodeFor(block, .., options.Linearization);
        node.Start(run.State, options.Start);

        var active = (bool[])run.Alive.Clone();
        var updates = new double[active.Length];
        var points = block.Steps.Length;
        var mostSweeps = Math.Min(options.MaxSweeps ?? points, points);
        var sweep = 0;
        while (active.Contains(true) && sweep < mostSweeps)
        {
            cancellationToken.ThrowIfCancellationRequested();
            run.Sweep(node, block, firstStep: 0, active, updates, cancellationToken);
            sweep++;
            var update = SamplingRun.LargestUpdate(active, updates);
            for (var n = 0; n < active.Length; n++)
            {
                if (!active[n] || !(rule.IsDone(sweep, updates[n]) || sweep == mostSweeps))
                    continue;
                var error = sweep == points ? 0 : rule.ErrorAfter(sweep, updates[n]);
                run.Accept(n, node, block, lastStep: points - 1, updates[n], error);
                active[n] = false;
            }

            progress?.Report(new SweepProgress(
                block.Index, timeline.Blocks.Length, sweep, active.Count(a => a), update));
        }

        run.Leave(sweep);
    }
}
