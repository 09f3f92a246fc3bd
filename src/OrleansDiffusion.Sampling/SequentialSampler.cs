using System.Collections.Immutable;
using OrleansDiffusion.Sampling.Picard;

namespace OrleansDiffusion.Sampling;

/// <summary>Takes the steps of a timeline one after the other: the reference for every parallel run.</summary>
/// <param name="denoiser">The model.</param>
/// <param name="timeline">The steps.</param>
public sealed class SequentialSampler(IDenoiser denoiser, Timeline timeline)
{
    /// <summary>Draws a batch of samples.</summary>
    /// <param name="seed">The job's seed.</param>
    /// <param name="firstSample">Index in the job of the batch's first sample, 0 or more.</param>
    /// <param name="samples">Samples in the batch, 1 or more.</param>
    /// <param name="conditions">
    /// What the job's samples take in turn: sample i of the job takes entry i mod n, whatever its batch. None for
    /// unconditional samples.
    /// </param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Ends the run between two calls of the model.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public SamplingResult Sample(
        ulong seed, int firstSample, int samples, ImmutableArray<Condition> conditions = default,
        IProgress<SweepProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using var run = new SamplingRun(denoiser, timeline, seed, firstSample, samples, conditions);
        var outcome = new BatchOutcome(samples, timeline.Blocks.Length);
        foreach (var block in timeline.Blocks)
        {
            for (var n = 0; n < samples; n++)
                run.DrawVelocity(block, n, run.State);
            for (var j = 0; j < block.Steps.Length; j++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var update = TakeStep(run, outcome, block, j, cancellationToken);
                var active = outcome.Alive.Count(alive => alive);
                progress?.Report(new SweepProgress(
                    run.Sweeps, block.Index, timeline.Blocks.Length, run.Sweeps < timeline.Steps ? active : 0, update,
                    (double)run.Sweeps / timeline.Steps));
            }
        }

        return run.Finish(outcome);
    }

    // A node of one step is exact after one sweep.
    private static double TakeStep(
        SamplingRun run, BatchOutcome outcome, Block block, int step, CancellationToken cancellationToken)
    {
        var updates = new double[run.State.Samples];
        using var node = run.NodeFor(block, step..(step + 1), Linearization.Data);
        node.Start(run.State, FirstIterate.Copied);
        using (run.CountSweep())
        {
            run.Evaluate([(node, outcome.Alive)], cancellationToken);
            foreach (var (sample, _) in node.NotFinite)
                outcome.Lose(sample, block.Index, step);
            node.Move(run.State, outcome.Alive, updates);
        }

        var largest = 0.0;
        for (var n = 0; n < updates.Length; n++)
        {
            largest = Math.Max(largest, updates[n]);
            if (outcome.Alive[n] && outcome.Accept(n, block.Index, step, sweeps: step + 1, updates[n], error: 0))
                node.CopyExit(n, run.State);
        }

        return largest;
    }
}
