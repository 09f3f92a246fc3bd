using System.Collections.Immutable;
using OrleansDiffusion.Contracts.Batches;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid.Planning;

namespace OrleansDiffusion.Grid.Supervision;

/// <summary>
/// The last sweeps and epochs of a batch, for those who watch it. Its memory is bounded, whatever the number of time-nodes,
/// samples and sweeps: <see cref="MostNumbers"/> of four bytes. Not safe for concurrent use.
/// </summary>
/// <param name="batch">The batch.</param>
internal sealed class SweepHistory(BatchAssignment batch)
{
    /// <summary>Most sweeps that are kept.</summary>
    public const int MostSweeps = 512;

    /// <summary>Most numbers that are kept of a sweep's residuals; a picture has hardly more columns.</summary>
    public const int MostResiduals = 1024;

    /// <summary>Most numbers that are kept of all sweeps.</summary>
    public const int MostNumbers = 1 << 19;

    private const int MostEpochs = 64;

    private readonly Queue<SweepRecord> _sweeps = new();
    private readonly Queue<(EpochRecord Epoch, NodeLayout Layout)> _epochs = new();
    private long _numbers;

    /// <summary>Whether the batch is done.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Whether somebody has looked.</summary>
    public bool WasAsked { get; private set; }

    /// <summary>An epoch was opened.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <param name="reason">Why it began.</param>
    /// <param name="detail">What happened; null for nothing.</param>
    /// <param name="sweep">Sweeps that were made before it.</param>
    public void Begin(Epoch epoch, EpochReason reason, string? detail, int sweep) => Begin(
        new EpochRecord(
            epoch.Number, reason, detail?.ReplaceLineEndings(" "), sweep,
            [.. epoch.Members.Select(silo => silo.ToParsableString())], Nodes: []),
        epoch.Layout);

    /// <summary>As above, without the nodes, which the layout tells.</summary>
    internal void Begin(EpochRecord epoch, NodeLayout layout)
    {
        _epochs.Enqueue((epoch, layout));
        if (_epochs.Count > MostEpochs)
            _epochs.Dequeue();
    }

    /// <summary>A sweep was made.</summary>
    public void Add(SweepRecord sweep)
    {
        _sweeps.Enqueue(sweep);
        _numbers += NumbersOf(sweep);
        while (_sweeps.Count > MostSweeps || (_numbers > MostNumbers && _sweeps.Count > 1))
            _numbers -= NumbersOf(_sweeps.Dequeue());
    }

    /// <summary>The batch is done.</summary>
    public void End() => IsOver = true;

    /// <summary>What follows a position, as much as fits a page.</summary>
    /// <param name="after">The position; null for all that is kept.</param>
    public SweepPage Since(SweepPosition? after)
    {
        WasAsked = true;
        var from = after ?? default;
        var sweeps = _sweeps.SkipWhile(sweep => !IsBehind(sweep, from)).Take(SweepPage.MostSweeps).ToImmutableArray();
        var isLast = sweeps.IsEmpty || ReferenceEquals(sweeps[^1], _sweeps.Last());
        var epochs = _epochs.Where(kept => kept.Epoch.Number > from.Epoch && (isLast || kept.Epoch.Number <= sweeps[^1].Epoch))
            .Select(kept => kept.Epoch with { Nodes = NodesOf(kept.Layout) }).ToImmutableArray();
        return new SweepPage(
            batch.FirstSample, batch.Samples, epochs, sweeps, EndOf(epochs, sweeps) ?? from, IsOver && isLast);
    }

    // Another supervisor may make sweeps again that were made before; it makes them in a later epoch.
    private static bool IsBehind(SweepRecord sweep, SweepPosition position) =>
        sweep.Epoch > position.Epoch || (sweep.Epoch == position.Epoch && sweep.Sweep > position.Sweep);

    private static SweepPosition? EndOf(ImmutableArray<EpochRecord> epochs, ImmutableArray<SweepRecord> sweeps)
    {
        var (epoch, sweep) = (epochs.LastOrDefault(), sweeps.LastOrDefault());
        if (sweep is not null && (epoch is null || sweep.Epoch >= epoch.Number))
            return new SweepPosition(sweep.Epoch, sweep.Sweep);
        return epoch is null ? null : new SweepPosition(epoch.Number, epoch.Sweep);
    }

    private ImmutableArray<HeldNodes> NodesOf(NodeLayout layout) =>
    [
        .. Enumerable.Range(0, batch.Outline.StepsOfBlocks.Length).SelectMany(block => layout.SlicesOf(block).Select(slice =>
        {
            var (first, count) = layout.Run(block, slice);
            return new HeldNodes(block, slice, first, count);
        })),
    ];

    private static long NumbersOf(SweepRecord sweep) =>
        sweep.Residuals.Sum(block => (long)block.Length) + (2L * sweep.Accepted.Length);
}
