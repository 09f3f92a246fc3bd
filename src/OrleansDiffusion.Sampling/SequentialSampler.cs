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
        using var run = new SamplingRun(denoiser, seed, firstSample, samples, conditions, timeline.Start);
        var updates = new double[samples];
        foreach (var block in timeline.Blocks)
        {
            run.Enter(block);
            for (var j = 0; j < block.Steps.Length; j++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var node = run.NodeFor(block, j..(j + 1), Linearization.Data);
                node.Start(run.State, FirstIterate.Copied);
                run.Sweep(node, block, firstStep: j, run.Alive, updates, cancellationToken);
                for (var n = 0; n < samples; n++)
                {
                    if (run.Alive[n])
                        run.Accept(n, node, block, lastStep: j, updates[n], error: 0);
                }

                progress?.Report(new SweepProgress(
                    block.Index, timeline.Blocks.Length, j + 1, run.Alive.Count(alive => alive),
                    SamplingRun.LargestUpdate(run.Alive, updates)));
            }

            run.Leave(sweeps: block.Steps.Length);
        }

        return run.Finish();
    }
}
