using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Grid;

/// <summary>How jobs are run.</summary>
public sealed class GridOptions
{
    /// <summary>The stream provider that carries the sweeps where nothing else is asked for.</summary>
    public const string DefaultStreams = "sweeps";

    /// <summary>The most that <see cref="BatchesAtOnce"/> and <see cref="MostQueued"/> may be.</summary>
    public const int MostBatches = 1_000_000;

    private static readonly TimeSpan ShortestAgeing = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestAgeing = TimeSpan.FromDays(1);

    /// <summary>
    /// The name of the stream provider that carries the sweeps, or <c>null</c> for direct calls between grains.
    /// Default <see cref="DefaultStreams"/>.
    /// </summary>
    public string? Streams { get; set; } = DefaultStreams;

    /// <summary>
    /// How long a sweep may take at most, its model calls included, before its blocks are begun anew; 1 ms or more. Default
    /// 10 minutes.
    /// </summary>
    public TimeSpan SweepTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// What a sweep may always take, 0 or more. Beyond it, one that takes five times as long as the longest but one of the last
    /// ones is not waited for. Default 1 s.
    /// </summary>
    public TimeSpan SweepPatience { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How soon a silo has to answer, when a sweep has failed, to be taken for alive; 1 ms or more. Default 1 s.
    /// </summary>
    public TimeSpan PingTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How often slices are asked, in a sweep that goes on, whether any of them works; 1 ms or more. Default 2 s. Where all wait
    /// twice in a row, and nothing has come between, a message was lost, and the sweep is not waited for.
    /// </summary>
    public TimeSpan StallInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long time-nodes that are begun anew wait for their iterates of before; 1 ms or more. Default 2 s: beyond it, going
    /// on without them is faster.
    /// </summary>
    public TimeSpan HandOverTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a silo that did not answer is left out where there are others, 0 or more. Default 10 s: by then it is known
    /// to be gone, or was only slow.
    /// </summary>
    public TimeSpan Suspicion { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether time-nodes go on from their iterates when an epoch ends. Default true; without, open blocks are begun from
    /// their entry.
    /// </summary>
    public bool WarmRestart { get; set; } = true;

    /// <summary>
    /// The share of the time in which a silo copies its iterates to another one, 0 for never to 1; only with
    /// <see cref="WarmRestart"/>. Default 0.03. If the silo is lost its time-nodes go on from the last copy: as old as thirty
    /// copies take to make, or a sweep. A larger share makes sweeps of a few milliseconds longer.
    /// </summary>
    public double CopyShare { get; set; } = 0.03;

    /// <summary>
    /// The least time from one checkpoint of a batch to the next, 0 or more, or <see cref="Timeout.InfiniteTimeSpan"/> for
    /// none but the first. Default 0: every block end is written, or the latest where the store is slower.
    /// </summary>
    public TimeSpan CheckpointInterval { get; set; } = TimeSpan.Zero;

    /// <summary>
    /// How often a batch is begun anew in a row, without headway between, before its job fails; 0 or more. Default 8, 51 s
    /// with the default delay: a silo that died is known to be gone before.
    /// </summary>
    public int MaxRecoveries { get; set; } = 8;

    /// <summary>How long the first wait before a batch is begun anew is; it doubles. 0 or more. Default 200 ms.</summary>
    public TimeSpan RecoveryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Most batches that are walked at a time in the cluster, 1 to <see cref="MostBatches"/>; others wait for their turn. Each takes up to
    /// 2 GiB of memory of the compute silos together. Null, the default, for eight a device: small ones are evaluated together.
    /// </summary>
    public int? BatchesAtOnce { get; set; }

    /// <summary>
    /// How many batches may wait for their turn before jobs are refused that come then, 1 to <see cref="MostBatches"/>. Default
    /// 10,000.
    /// </summary>
    public int MostQueued { get; set; } = 10_000;

    /// <summary>
    /// How long batches of a priority have to wait, none of which has had its turn meanwhile, to count as of the next higher one; 1 s to
    /// 1 day. Default 30 s.
    /// </summary>
    public TimeSpan Ageing { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Throws if an option is out of its range.</summary>
    /// <exception cref="InvalidOptionException">Names the option and what it may be.</exception>
    public void Validate()
    {
        if (Streams is { Length: 0 })
            throw new InvalidOptionException(nameof(Streams), "must name a stream provider, or be null for direct calls");
        if (SweepTimeout < TimeSpan.FromMilliseconds(1))
            throw new InvalidOptionException(nameof(SweepTimeout), $"must be 1 ms or more, was {SweepTimeout}");
        if (SweepPatience < TimeSpan.Zero)
            throw new InvalidOptionException(nameof(SweepPatience), $"must be 0 or more, was {SweepPatience}");
        if (PingTimeout < TimeSpan.FromMilliseconds(1))
            throw new InvalidOptionException(nameof(PingTimeout), $"must be 1 ms or more, was {PingTimeout}");
        if (StallInterval < TimeSpan.FromMilliseconds(1))
            throw new InvalidOptionException(nameof(StallInterval), $"must be 1 ms or more, was {StallInterval}");
        if (HandOverTimeout < TimeSpan.FromMilliseconds(1))
        {
            throw new InvalidOptionException(
                nameof(HandOverTimeout), $"must be 1 ms or more, was {HandOverTimeout}");
        }

        if (CopyShare is not (>= 0 and <= 1))
            throw new InvalidOptionException(nameof(CopyShare), $"must be 0 to 1, was {CopyShare}");
        if (Suspicion < TimeSpan.Zero)
            throw new InvalidOptionException(nameof(Suspicion), $"must be 0 or more, was {Suspicion}");
        if (CheckpointInterval < TimeSpan.Zero && CheckpointInterval != Timeout.InfiniteTimeSpan)
        {
            throw new InvalidOptionException(
                nameof(CheckpointInterval), $"must be 0 or more, or infinite, was {CheckpointInterval}");
        }

        if (MaxRecoveries < 0)
            throw new InvalidOptionException(nameof(MaxRecoveries), $"must be 0 or more, was {MaxRecoveries}");
        if (RecoveryDelay < TimeSpan.Zero)
            throw new InvalidOptionException(nameof(RecoveryDelay), $"must be 0 or more, was {RecoveryDelay}");
        if (BatchesAtOnce is < 1 or > MostBatches)
            throw new InvalidOptionException(nameof(BatchesAtOnce), $"must be 1 to {MostBatches}, was {BatchesAtOnce}");
        if (MostQueued is < 1 or > MostBatches)
            throw new InvalidOptionException(nameof(MostQueued), $"must be 1 to {MostBatches}, was {MostQueued}");
        if (Ageing < ShortestAgeing || Ageing > LongestAgeing)
        {
            throw new InvalidOptionException(
                nameof(Ageing), $"must be {ShortestAgeing} to {LongestAgeing}, was {Ageing}");
        }
    }
}
