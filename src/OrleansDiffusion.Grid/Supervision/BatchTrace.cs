using System.Diagnostics;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Sweeps;

namespace OrleansDiffusion.Grid.Supervision;

/// <summary>The spans of a batch and of its blocks, as one supervisor walks it. Costs nothing where nobody listens.</summary>
internal sealed class BatchTrace
{
    private const string Job = "odiff.job.id";
    private const string Batch = "odiff.batch";
    private const string Silos = "odiff.silos";
    private const string Epoch = "odiff.epoch";
    private const string Recoveries = "odiff.recoveries";

    private readonly BatchAssignment _batch;
    private Activity? _span;
    private readonly Activity?[] _blocks = [];
    private int _ended; // blocks whose spans have ended

    /// <summary>Begins the batch's.</summary>
    /// <param name="batch">The batch.</param>
    public BatchTrace(BatchAssignment batch)
    {
        _batch = batch;
        _span = GridTraces.Start("batch", batch.Trace);
        if (_span is null)
            return;
        Describe(_span).SetTag("odiff.batch.samples", batch.Samples);
        _blocks = new Activity?[batch.Outline.StepsOfBlocks.Length];
    }

    /// <summary>Begins the spans of the blocks that are open now, and ends those of the blocks before.</summary>
    /// <param name="firstOpen">The first open block.</param>
    /// <param name="openEnd">After the last.</param>
    /// <param name="epoch">The epoch they are swept in.</param>
    /// <param name="sweepsPerBlock">Most sweeps that a sample took in each block.</param>
    public void Follow(int firstOpen, int openEnd, Epoch epoch, IReadOnlyList<int> sweepsPerBlock)
    {
        if (_span is null)
            return;
        for (; _ended < firstOpen; _ended++)
        {
            if (_blocks[_ended] is { } done)
                GridTraces.End(done.SetTag("odiff.block.sweeps", sweepsPerBlock[_ended]));
        }

        for (var block = firstOpen; block < openEnd; block++)
        {
            if (_blocks[block] is not null)
                continue;
            _blocks[block] = GridTraces.Start("block", _span.Id);
            if (_blocks[block] is { } open)
            {
                Describe(open).SetTag("odiff.block", block)
                    .SetTag("odiff.block.steps", _batch.Outline.StepsOfBlocks[block])
                    .SetTag(Silos, epoch.Layout.Slices).SetTag(Epoch, epoch.Number);
            }
        }
    }

    /// <summary>The open blocks are begun anew.</summary>
    /// <param name="reason">One of <see cref="RecoveryReason"/>.</param>
    /// <param name="epoch">The epoch that is over.</param>
    /// <param name="message">What happened, in one line.</param>
    public void Recover(string reason, int epoch, string message) => _span?.AddEvent(new ActivityEvent(
        "recovery", tags: new ActivityTagsCollection { ["reason"] = reason, [Epoch] = epoch, ["message"] = message }));

    /// <summary>Ends all, once.</summary>
    /// <param name="report">What the batch took; null if it was not begun.</param>
    /// <param name="error">Why it did not come to its end; null if it did.</param>
    public void End(BatchReport? report, string? error)
    {
        if (_span is null)
            return;
        foreach (var open in _blocks.Skip(_ended).OfType<Activity>())
            GridTraces.End(open.SetStatus(ActivityStatusCode.Error, error));
        if (report is not null)
            _span.SetTag("odiff.sweeps", report.Rounds).SetTag(Silos, report.Silos).SetTag(Recoveries, report.Recoveries);
        if (error is not null)
            _span.SetStatus(ActivityStatusCode.Error, error);
        GridTraces.End(_span);
        _span = null;
    }

    private Activity Describe(Activity span) => span.SetTag(Job, _batch.Key.JobId).SetTag(Batch, _batch.Key.Batch);
}
