using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid.Exchange;
using OrleansDiffusion.Grid.Placement;
using OrleansDiffusion.Grid.Planning;
using OrleansDiffusion.Sampling.Picard;

namespace OrleansDiffusion.Grid.Supervision;

/// <summary>
/// The walk of one batch along the time axis: sweep after sweep, it tells the slices to go, waits until all have moved,
/// and lets the <see cref="Wavefront"/> decide which samples are done with which blocks. The states that it takes from
/// block ends are bytes to it.
/// </summary>
/// <remarks>
/// When a slice fails or is not heard of, the epoch is raised: slices are opened anew on the silos that are there, and
/// every sample goes on from the last block end that it reached. The noise is a function of (seed, sample, step), so the
/// samples come out the same.
/// </remarks>
internal sealed partial class BatchRun
{
    private const int MostDoublings = 10; // of the wait
    private static readonly TimeSpan LongestLeave = TimeSpan.FromSeconds(5);

    private readonly BatchAssignment _batch;
    private readonly IGrainFactory _grains;
    private readonly ISweepExchange _exchange;
    private readonly ComputeSilos _silos;
    private readonly GridOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    private readonly SweepBarrier _barrier = new();
    private readonly Wavefront _front;
    private readonly byte[]?[] _states; // what left the last block end that was taken; null for the initial noise
    private readonly int[] _leads;      // the block that it enters
    private readonly List<TimeSpan> _exchangeTimes = [];
    private readonly List<LostSample> _lost = [];

    private List<SiloAddress> _members = []; // silos that hold slices
    private ImmutableArray<int> _weights = [];
    private NodeLayout _layout;
    private List<BlockEntry> _entries = [];
    private int _epoch;
    private int _sweepOfEpoch;
    private int _recoveries;
    private int _recoveriesInARow;
    private int _furthest; // most sweeps of an epoch since a block was last done
    private long _evaluations;
    private long _modelCalls;
    private long _messages;
    private TimeSpan _deviceTime;

    public BatchRun(
        BatchAssignment batch, IGrainFactory grains, ISweepExchange exchange, ComputeSilos silos, GridOptions options,
        TimeProvider time, ILogger logger)
    {
        (_batch, _grains, _exchange, _silos, _options, _time, _logger) =
            (batch, grains, exchange, silos, options, time, logger);
        var outline = batch.Outline;
        var picard = Choices.Picard(batch.Request) with { Lookahead = outline.Lookahead };
        _front = new Wavefront(
            batch.Samples, outline.StepsOfBlocks, picard,
            new ConvergenceRule(picard.Tolerance, picard.Linearization, outline.DataVariance, outline.Sensitivity));
        _states = new byte[]?[batch.Samples];
        _leads = new int[batch.Samples];
        _layout = LayoutFor([1]);
    }

    /// <summary>How far the batch has come.</summary>
    public JobProgress Progress()
    {
        var progress = _front.Progress();
        return new JobProgress(
            JobState.Running, _batch.FirstSample, progress.Sweep, progress.Block, progress.Blocks, progress.Active,
            progress.Update, progress.Done);
    }

    /// <summary>Takes a slice's message in.</summary>
    public void Receive(SweepMessage message) => _barrier.Receive(message);

    /// <summary>Walks to the end.</summary>
    /// <param name="swept">Called after every sweep.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <exception cref="SliceException">The batch could not be finished, however often it was begun anew.</exception>
    public async Task Run(Action swept, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await OpenSlices(cancellationToken);
                while (!_front.IsDone)
                {
                    await Sweep(cancellationToken);
                    NoteHeadway();
                    swept();
                }

                return;
            }
            catch (Exception e) when (IsRecoverable(e) && !cancellationToken.IsCancellationRequested)
            {
                await Recover(e, cancellationToken);
            }
        }
    }

    /// <summary>Lets the slices go.</summary>
    public Task Close() => Task.WhenAll(Enumerable.Range(0, _layout.Slices).Select(slice => Slice(slice).Close(_epoch)));

    /// <summary>The x of a sample, [elements], float32; null if it was lost.</summary>
    public ReadOnlyMemory<byte>? Values(int sample)
    {
        // Not one expression: beside a Memory a null becomes an empty one.
        if (!_front.IsAlive(sample) || _states[sample] is not { } state)
            return null;
        return state.AsMemory(0, _batch.Outline.Elements * sizeof(float));
    }

    /// <summary>What it took.</summary>
    public BatchReport Report() => new()
    {
        FirstSample = _batch.FirstSample,
        Samples = _batch.Samples,
        Rounds = _front.Sweep,
        SweepsPerBlock = [.. _front.SweepsPerBlock],
        Evaluations = _evaluations,
        MaxResidual = _front.MaxResidual,
        DeviceTime = _deviceTime,
        ExchangeTimes = [.. _exchangeTimes],
        Lost = [.. _lost],
        Recoveries = _recoveries,
        Silos = _layout.Slices,
        ModelCalls = _modelCalls,
        Messages = _messages,
    };

    private async Task OpenSlices(CancellationToken cancellationToken)
    {
        var silos = _silos.Find();
        if (silos.Count == 0)
            throw new SliceException("no silo is there that can hold time-nodes");
        ImmutableArray<int> weights = [.. silos.Select(silo => silo.Devices)];
        if (_epoch > 0 && !weights.SequenceEqual(_weights))
            await LeaveLayout(cancellationToken);
        _epoch++;
        _sweepOfEpoch = 0;
        _weights = weights;
        _members = [.. silos.Select(silo => silo.Silo)];
        _layout = LayoutFor(_weights);
        LogOpening(_batch.Key, _epoch, silos.Count);
        await Task.WhenAll(silos.Select((silo, slice) => Open(silo.Silo, slice, cancellationToken)));
        _entries = [.. EntriesOf(_front.Entered, exits: [])];
    }

    // Time-nodes stay where they are while they live: those that go to another slice now have to be let go first.
    private async Task LeaveLayout(CancellationToken cancellationToken)
    {
        try
        {
            await Close().WaitAsync(LongestLeave, _time, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotLeft(e, _batch.Key, _epoch);
        }
    }

    private Task Open(SiloAddress silo, int slice, CancellationToken cancellationToken)
    {
        var spec = new SliceSpec(_batch, _epoch, _weights, silo);
        return Relocation.Open(() => Slice(slice).Open(spec, cancellationToken), silo, cancellationToken);
    }

    private async Task Sweep(CancellationToken cancellationToken)
    {
        _sweepOfEpoch++;
        var open = Enumerable.Range(_front.FirstOpen, _front.OpenEnd - _front.FirstOpen).ToList();
        var go = new Go(
            _epoch, _sweepOfEpoch, _front.FirstOpen, [.. open.Select(block => _front.Active(block).ToArray())],
            [.. _entries]);
        var all = _barrier.Begin(_epoch, _sweepOfEpoch, _layout.Slices);

        var started = Stopwatch.GetTimestamp();
        await _exchange.ToSlices(_batch.Key, _layout.Slices, go);
        var moved = await Heard(all, cancellationToken);
        Count(moved, Stopwatch.GetElapsedTime(started));

        Note(open, moved);
        _front.Advance();
        await TakeExits(cancellationToken);
    }

    private async Task<IReadOnlyList<Moved>> Heard(Task<IReadOnlyList<Moved>> all, CancellationToken cancellationToken)
    {
        // Its timer is gone by the time the next sweep sets its own, which a WaitAsync with a timeout does not promise.
        using var late = new CancellationTokenSource(_options.SweepTimeout, _time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            var moved = all.WaitAsync(ended.Token);
            while (!moved.IsCompleted)
            {
                var changed = _silos.Changed;
                if (_members.Find(silo => !_silos.IsActive(silo)) is { } gone)
                    throw new SliceException($"silo {gone} is gone");
                await Task.WhenAny(moved, changed);
            }

            return await moved;
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SliceException(
                $"no answer from slice {string.Join(", ", _barrier.Missing)} within {_options.SweepTimeout}");
        }
    }

    private void Count(IReadOnlyList<Moved> moved, TimeSpan took)
    {
        var model = moved.Max(slice => slice.ModelTime);
        _deviceTime += model;
        _exchangeTimes.Add(took - model);
        _evaluations += moved.Sum(slice => (long)slice.Rows);
        _modelCalls += moved.Sum(slice => (long)slice.ModelCalls);
        _messages += 1 + moved.Sum(slice => (long)slice.Messages);
    }

    private void Note(List<int> open, IReadOnlyList<Moved> moved)
    {
        foreach (var (sample, block, step, node) in moved.SelectMany(slice => slice.NotFinite))
        {
            var wasAlive = _front.IsAlive(sample);
            _front.NotFinite(sample, block, step);
            if (wasAlive && !_front.IsAlive(sample))
                Lose(sample, block, step, node);
        }

        for (var i = 0; i < open.Count; i++)
        {
            for (var n = 0; n < _batch.Samples; n++)
            {
                if (_front.Active(open[i])[n])
                    _front.Moved(open[i], n, moved.Max(slice => slice.Updates[i][n]));
            }
        }
    }

    private void Lose(int sample, int block, int step, int node)
    {
        _lost.Add(new LostSample(_batch.FirstSample + sample, block, step, node));
        LogLost(_batch.Key, _batch.FirstSample + sample, block, step, node);
    }

    // What left the blocks that samples are done with becomes their state; what leaves others now starts those behind.
    private async Task TakeExits(CancellationToken cancellationToken)
    {
        var entered = _front.Entered.ToHashSet();
        var wanted = new HashSet<(int Sample, int Block)>();
        foreach (var (sample, block) in _front.Accepted)
        {
            if (block == _front.Lead(sample) - 1)
                wanted.Add((sample, block));
        }

        foreach (var (sample, block) in entered)
        {
            if (block != _front.Lead(sample) && !entered.Contains((sample, block - 1)))
                wanted.Add((sample, block - 1));
        }

        var exits = await Exits(wanted, cancellationToken);
        foreach (var (sample, block) in _front.Accepted)
        {
            if (block == _front.Lead(sample) - 1)
                (_states[sample], _leads[sample]) = (exits[(sample, block)], block + 1);
        }

        _entries = [.. EntriesOf(entered, exits)];
        foreach (var (sample, block) in _front.Accepted)
        {
            var lead = _front.Lead(sample);
            if (block == lead - 1 && lead < _batch.Outline.StepsOfBlocks.Length && !entered.Contains((sample, lead)))
                _entries.Add(new BlockEntry(sample, lead, Starts: false, IsFinal: true, EntrySource.Given, _states[sample]));
        }

        NoteLostInMoving();
    }

    private void NoteLostInMoving()
    {
        foreach (var (sample, block, step) in _front.Lost)
        {
            if (_lost.All(lost => lost.Sample != _batch.FirstSample + sample))
                Lose(sample, block, step, _layout.NodeOf(block, step));
        }
    }

    private async Task<Dictionary<(int Sample, int Block), byte[]>> Exits(
        HashSet<(int Sample, int Block)> wanted, CancellationToken cancellationToken)
    {
        var exits = new Dictionary<(int, int), byte[]>();
        var calls = wanted.GroupBy(exit => exit.Block).Select(async block =>
        {
            var samples = block.Select(exit => exit.Sample).Order().ToImmutableArray();
            var states = await Slice(_layout.SlicesOf(block.Key).Last())
                .Exits(_epoch, _sweepOfEpoch, block.Key, samples).WaitAsync(cancellationToken);
            for (var i = 0; i < samples.Length; i++)
                exits[(samples[i], block.Key)] = states[i];
        }).ToList();
        await Task.WhenAll(calls);
        return exits;
    }

    private IEnumerable<BlockEntry> EntriesOf(
        IReadOnlyCollection<(int Sample, int Block)> entered, Dictionary<(int, int), byte[]> exits)
    {
        foreach (var (sample, block) in entered.OrderBy(entry => entry.Block).ThenBy(entry => entry.Sample))
        {
            if (block == _front.Lead(sample))
                yield return Entry(_states[sample] is null ? EntrySource.Noise : EntrySource.Given, _states[sample], true);
            else if (exits.TryGetValue((sample, block - 1), out var state))
                yield return Entry(EntrySource.Given, state, false);
            else
                yield return Entry(EntrySource.BlockBefore, null, false);

            BlockEntry Entry(EntrySource source, byte[]? state, bool isFinal) =>
                new(sample, block, Starts: true, isFinal, source, state);
        }
    }

    private async Task Recover(Exception failure, CancellationToken cancellationToken)
    {
        LogRecovering(_batch.Key, _epoch, failure.Message);
        if (_recoveriesInARow == _options.MaxRecoveries)
            throw new SliceException($"begun anew {_recoveries} times, and again: {failure.Message}");
        var doubled = Math.Pow(2, Math.Min(_recoveriesInARow, MostDoublings));
        await Task.Delay(_options.RecoveryDelay * doubled, _time, cancellationToken);
        _recoveries++;
        _recoveriesInARow++;
        _front.Restart(_leads);
    }

    // What fails at the same place every time makes none, however many sweeps it makes before.
    private void NoteHeadway()
    {
        if (_front.Accepted.Count > 0)
            _furthest = 0;
        else if (_sweepOfEpoch <= _furthest)
            return;
        else
            _furthest = _sweepOfEpoch;
        _recoveriesInARow = 0;
    }

    // What silos and the network may do; a fault of the program itself is not tried again.
    private static bool IsRecoverable(Exception e) =>
        e is SliceException or TimeoutException or OrleansException or OperationCanceledException or InvalidOperationException;

    private NodeLayout LayoutFor(ImmutableArray<int> weights) => new(
        _batch.Outline.StepsOfBlocks, _batch.Outline.PointsPerNode, _batch.Outline.Lookahead, weights);

    private ISliceGrain Slice(int slice) =>
        _grains.GetGrain<ISliceGrain>(new SliceKey(_batch.Key, slice, _layout.Slices).ToString());

    [LoggerMessage(Level = LogLevel.Information, Message = "Batch {Batch}: epoch {Epoch} on {Silos} silos")]
    private partial void LogOpening(BatchKey batch, int epoch, int silos);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Batch {Batch}: epoch {Epoch} is over, the open blocks are begun anew: {Reason}")]
    private partial void LogRecovering(BatchKey batch, int epoch, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Batch {Batch}: not all slices of epoch {Epoch} could be closed")]
    private partial void LogNotLeft(Exception e, BatchKey batch, int epoch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Batch {Batch}: sample {Sample} is lost to NaN or infinity at block {Block}, step {Step}, node {Node}")]
    private partial void LogLost(BatchKey batch, int sample, int block, int step, int node);
}
