using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using OrleansDiffusion.Contracts.Batches;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid.Durability;
using OrleansDiffusion.Grid.Exchange;
using OrleansDiffusion.Grid.Planning;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Storage.Checkpoints;

namespace OrleansDiffusion.Grid.Supervision;

/// <summary>
/// The walk of one batch along the time axis: sweep after sweep, it tells the slices to go, waits until all have moved,
/// and lets the <see cref="Wavefront"/> decide which samples are done with which blocks. The states that it takes from
/// block ends are bytes to it.
/// </summary>
/// <remarks>
/// When a slice fails or is not heard of, and when silos come or leave, the epoch is raised: slices are opened anew on the
/// silos that are there, time-nodes go on from their iterates where these can still be had, and every sample goes on from
/// the last block end that it reached. The noise is a function of (seed, sample, step), so the samples come out the same.
/// </remarks>
internal sealed partial class BatchRun
{
    private const int MostDoublings = 10; // of the wait
    private const int EpochsOfSupervisor = 1000;

    private readonly BatchAssignment _batch;
    private readonly IGrainFactory _grains;
    private readonly ISweepExchange _exchange;
    private readonly ComputeSilos _silos;
    private readonly GridOptions _options;
    private readonly TimeProvider _time;
    private readonly GridMetrics _metrics;
    private readonly BatchTrace _trace;
    private readonly ILogger _logger;

    private readonly SweepDeadline _deadline;
    private readonly Dictionary<SiloAddress, long> _suspects = []; // and since when, a timestamp
    private readonly HashSet<SiloAddress> _leaving = [];
    private readonly Doubts _doubts = new();
    private readonly List<Task> _closing = []; // epochs that are over
    private readonly Wavefront _front;
    private readonly byte[]?[] _states; // what left the last block end that was taken; null for the initial noise
    private readonly int[] _leads;      // the block that it enters
    private readonly List<TimeSpan> _exchangeTimes = [];
    private readonly List<LostSample> _lost = [];

    private Epoch? _epoch;
    private Epoch? _before;   // the last one that was opened, where the one after it could not be
    private Epoch? _orphans;  // the last one of a supervisor that is gone
    private int _epochBefore; // its number
    private bool _isToBegin = true;
    private (EpochReason Reason, string? Detail) _why; // the next epoch begins
    private List<BlockEntry> _entries = [];
    private int _recoveries;
    private int _recoveriesInARow;
    private int _furthest; // most sweeps of an epoch since a block was last done
    private long _evaluations;
    private long _modelCalls;
    private long _messages;
    private TimeSpan _deviceTime;

    /// <param name="batch">The batch.</param>
    /// <param name="last">What another supervisor has come to; null to begin at the initial noise.</param>
    /// <param name="grains">The grains.</param>
    /// <param name="exchange">What carries the messages.</param>
    /// <param name="silos">The silos that can hold time-nodes.</param>
    /// <param name="options">How batches are run.</param>
    /// <param name="time">The time of deadlines.</param>
    /// <param name="metrics">Told of sweeps and recoveries.</param>
    /// <param name="trace">Told of blocks and recoveries.</param>
    /// <param name="logger">Told of epochs and of what is lost.</param>
    /// <exception cref="JsonException">The checkpoint's account is none.</exception>
    public BatchRun(
        BatchAssignment batch, Checkpoint? last, IGrainFactory grains, ISweepExchange exchange, ComputeSilos silos,
        GridOptions options, TimeProvider time, GridMetrics metrics, BatchTrace trace, ILogger logger)
    {
        (_batch, _grains, _exchange, _silos, _options, _time, _metrics, _trace, _logger) =
            (batch, grains, exchange, silos, options, time, metrics, trace, logger);
        var outline = batch.Outline;
        var picard = Choices.Picard(batch.Request) with { Lookahead = outline.Lookahead, Scouts = outline.Scouts };
        _front = new Wavefront(
            batch.Samples, outline.StepsOfBlocks, picard,
            new ConvergenceRule(
                picard.Tolerance, picard.Linearization, outline.StepsOfBlocks.Length, outline.DataVariance, outline.Sensitivity));
        _states = new byte[]?[batch.Samples];
        _leads = new int[batch.Samples];
        _deadline = new SweepDeadline(options.SweepPatience, options.SweepTimeout);
        History = new SweepHistory(batch);
        if (last is not null)
            Resume(last);
    }

    /// <summary>What has happened to it.</summary>
    public SweepHistory History { get; }

    /// <summary>How far the batch has come.</summary>
    public JobProgress Progress()
    {
        var progress = _front.Progress();
        return new JobProgress(
            JobState.Running, _batch.FirstSample, progress.Sweep, progress.Block, progress.Blocks, progress.Active,
            progress.Update, progress.Done);
    }

    /// <summary>Takes a slice's message in.</summary>
    public void Receive(SweepMessage message) => _epoch?.Receive(message);

    /// <summary>A silo is about to stop: another epoch goes on without it.</summary>
    public void Leave(SiloAddress silo) => _leaving.Add(silo);

    /// <summary>Walks to the end.</summary>
    /// <param name="swept">Called after every sweep.</param>
    /// <param name="due">Called when there is something that a checkpoint should say.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <exception cref="SliceException">The batch could not be finished, however often it was begun anew.</exception>
    public async Task Run(Action swept, Action due, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                while (!_front.IsDone)
                {
                    if (_isToBegin || IsToMove())
                    {
                        await Begin(cancellationToken);
                        due();
                    }

                    await Sweep(cancellationToken);
                    NoteHeadway();
                    swept();
                    if (_front.Accepted.Count > 0)
                        due();
                }

                RequireStates();
                return;
            }
            catch (Exception e) when (Recoverable.Is(e) && !cancellationToken.IsCancellationRequested)
            {
                await Recover(e, cancellationToken);
            }
        }
    }

    // What is delivered must be what left the last block, whatever has happened on the way there.
    private void RequireStates()
    {
        for (var n = 0; n < _batch.Samples; n++)
        {
            if (_front.IsAlive(n) && _leads[n] < _batch.Outline.StepsOfBlocks.Length)
                throw new UnreachableException($"sample {_batch.FirstSample + n} was not taken from block {_leads[n]}");
        }
    }

    /// <summary>Lets the slices go, those of earlier epochs too.</summary>
    public async Task Close()
    {
        Close(_before);
        Close(_epoch ?? _orphans);
        await Task.WhenAll(_closing);
    }

    /// <summary>The x of a sample, [elements], float32; null if it was lost.</summary>
    public ReadOnlyMemory<byte>? Values(int sample)
    {
        // Not one expression: beside a Memory a null becomes an empty one.
        if (!_front.IsAlive(sample) || _states[sample] is not { } state)
            return null;
        return state.AsMemory(0, _batch.Outline.Elements * sizeof(float));
    }

    /// <summary>What the first samples look like by now: the model's last estimate of each.</summary>
    /// <param name="most">How many at most, positive.</param>
    /// <param name="mostBytes">In how many bytes; one sample is always there.</param>
    public BatchPreview Preview(int most, int mostBytes)
    {
        var bytes = _batch.Outline.Elements * sizeof(float);
        var count = Math.Min(Math.Min(_batch.Samples, most), Math.Max(1, mostBytes / bytes));
        var values = new byte[count * bytes];
        for (var n = 0; n < count; n++)
        {
            var place = values.AsSpan(n * bytes, bytes);
            if (!_front.IsAlive(n))
                MemoryMarshal.Cast<byte, float>(place).Fill(float.NaN);
            else if (_states[n] is { } state)
                state.AsSpan(2 * bytes, bytes).CopyTo(place); // behind x and y
        }

        return new BatchPreview(_batch.FirstSample, [.. _leads.AsSpan(0, count)], values);
    }

    /// <summary>How far it has come.</summary>
    /// <param name="jobHash">Names all that the samples depend on.</param>
    public Checkpoint Checkpoint(string jobHash) => new(
        jobHash, [.. _leads], [.. _states],
        new BatchAccount(
            _epoch?.Number ?? NextEpoch(), _epoch?.Weights ?? [], Report() with { ExchangeTimes = [] }).Write());

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
        Silos = _epoch?.Layout.Slices ?? 0,
        ModelCalls = _modelCalls,
        Messages = _messages,
    };

    // The epoch before has given its iterates away when the new one is open; until then it keeps them, for the next attempt.
    private async Task Begin(CancellationToken cancellationToken)
    {
        var silos = Usable();
        if (silos.Count == 0)
            throw new SliceException("no silo is there that can hold time-nodes");
        var epoch = new Epoch(
            NextEpoch(), silos, _batch, _grains, _exchange, _silos, _options, _time, _logger);
        LogOpening(_batch.Key, epoch.Number, silos.Count);
        if (_before is null)
            _before = _epoch ?? _orphans;
        else
            Close(_epoch); // it was opened in vain
        _epoch = epoch;
        _front.Restart(_leads);
        var before = _options.WarmRestart ? _before?.AsBefore(CanBeAsked, _options.HandOverTimeout) : null;
        await epoch.Open(before, _front.FirstOpen, _front.OpenEnd, cancellationToken);
        Close(_before);
        _before = null;
        _isToBegin = false;
        History.Begin(epoch, _why.Reason, _why.Detail, _front.Sweep);
        Trace();
        _entries = [.. EntriesOf(_front.Entered, exits: [])];
    }

    private bool CanBeAsked(SiloAddress silo) => _silos.IsAlive(silo) && !_suspects.ContainsKey(silo);

    private void Close(Epoch? epoch)
    {
        _closing.RemoveAll(closing => closing.IsCompleted);
        if (epoch is not null)
            _closing.Add(epoch.Close());
    }

    // Epochs that a supervisor opened after its last checkpoint are not those of the next one.
    private int NextEpoch() => _epoch is null && _epochBefore > 0
        ? (_epochBefore / EpochsOfSupervisor * EpochsOfSupervisor) + EpochsOfSupervisor
        : (_epoch?.Number ?? 0) + 1;

    // Where nobody else is there, a silo that is slow or about to stop is better than none.
    private IReadOnlyList<(SiloAddress Silo, int Devices)> Usable()
    {
        var all = _silos.Find();
        foreach (var (silo, since) in _suspects.ToList())
        {
            if (_time.GetElapsedTime(since) >= _options.Suspicion)
                _suspects.Remove(silo);
        }

        var staying = all.Where(silo => !_leaving.Contains(silo.Silo)).ToList();
        var usable = staying.Where(silo => !_suspects.ContainsKey(silo.Silo)).ToList();
        return usable.Count > 0 ? usable : staying.Count > 0 ? staying : all;
    }

    // A silo that leaves is left at once, one that has come is used from the next block on.
    private bool IsToMove()
    {
        var isLeft = _epoch!.Members.Any(_leaving.Contains);
        if (!isLeft && _front.Accepted.Count == 0)
            return false;
        var usable = Usable().Select(silo => silo.Silo).ToList();
        if (usable.Count == 0 || usable.SequenceEqual(_epoch.Members))
            return false;
        var (gone, come) = (_epoch.Members.Except(usable).ToList(), usable.Except(_epoch.Members).ToList());
        _why = gone.Count > 0
            ? (EpochReason.SiloLeft, $"silo {string.Join(", ", gone)} has left")
            : (EpochReason.SiloJoined, $"silo {string.Join(", ", come)} has joined");
        return true;
    }

    private void Resume(Checkpoint last)
    {
        var account = BatchAccount.Read(last.Account);
        var report = account.Report;
        last.States.CopyTo(_states);
        last.Leads.CopyTo(_leads);
        _lost.AddRange(report.Lost);
        _front.Resume(
            _leads, report.Rounds, report.SweepsPerBlock, report.MaxResidual,
            report.Lost.Select(lost => (lost.Sample - _batch.FirstSample, lost.Block, lost.Step)));
        (_evaluations, _deviceTime, _modelCalls, _messages) =
            (report.Evaluations, report.DeviceTime, report.ModelCalls, report.Messages);
        _recoveries = report.Recoveries + 1;
        _epochBefore = account.Epoch;
        NoteRecovery(RecoveryReason.Resumed, account.Epoch, "another supervisor goes on");
        if (!account.Weights.IsEmpty)
        {
            _orphans = new Epoch(
                account.Epoch, account.Weights, _batch, _grains, _exchange, _silos, _options, _time, _logger);
        }
    }

    private async Task Sweep(CancellationToken cancellationToken)
    {
        var open = Enumerable.Range(_front.FirstOpen, _front.OpenEnd - _front.FirstOpen).ToList();
        var started = Stopwatch.GetTimestamp();
        var moved = await _epoch!.Sweep(
            _front.FirstOpen, [.. open.Select(block => _front.Active(block).ToArray())], [.. _entries],
            [.. Enumerable.Range(0, _batch.Samples).Select(_front.Lead)], _deadline.Next, cancellationToken);
        var took = Stopwatch.GetElapsedTime(started);
        _deadline.Note(took);
        Count(moved, took);

        Doubt(moved);
        Note(open, moved);
        _front.Advance();
        _metrics.Swept(took, _exchangeTimes[^1], _front.LargestUpdate);
        Remember(open, moved);
        NoteFaults();
        Trace();
        await TakeExits(cancellationToken);
    }

    private void Trace() => _trace.Follow(_front.FirstOpen, _front.OpenEnd, _epoch!, _front.SweepsPerBlock);

    private void NoteRecovery(string reason, int epoch, string message)
    {
        _metrics.Recovered(reason);
        _trace.Recover(reason, epoch, message);
        if (_before is null) // else that is still being recovered from
            _why = (EpochReason.Recovery, message);
    }

    // For those who watch.
    private void Remember(List<int> open, IReadOnlyList<Moved> moved) => History.Add(new SweepRecord(
        _front.Sweep, _epoch!.Number, open[0],
        NodeResiduals.Of(_epoch.Layout, open[0], open.Count, moved, SweepHistory.MostResiduals),
        [.. _front.Accepted.Select(accepted => new AcceptedBlock(_batch.FirstSample + accepted.Sample, accepted.Block))],
        _front.FirstOpen, Enumerable.Range(0, _batch.Samples).Max(_front.Lead)));

    private void Count(IReadOnlyList<Moved> moved, TimeSpan took)
    {
        var model = moved.Max(slice => slice.ModelTime);
        _deviceTime += model;
        _exchangeTimes.Add(took - model);
        _evaluations += moved.Sum(slice => (long)slice.Rows);
        _modelCalls += moved.Sum(slice => (long)slice.ModelCalls);
        _messages += moved.Count + moved.Sum(slice => (long)slice.Messages);
    }

    // What a silo returns at a sample's lead for the first time is asked of another one, if there is one.
    private void Doubt(IReadOnlyList<Moved> moved)
    {
        var doubted = new HashSet<SiloAddress>();
        foreach (var slice in moved)
        {
            var silo = _epoch!.Members[slice.Slice];
            foreach (var found in slice.NotFinite.Where(found => _front.IsAlive(found.Sample) && found.Block == _front.Lead(found.Sample)))
            {
                var (first, isConfirmed) = _doubts.Take(found, silo, _epoch.Number);
                if (isConfirmed)
                {
                    _doubts.Confirm(found);
                    _suspects.Remove(first);
                }
                else
                {
                    doubted.Add(silo);
                }
            }
        }

        if (doubted.Count == 0 || _silos.Find().All(silo => doubted.Contains(silo.Silo) || _leaving.Contains(silo.Silo)))
            return;
        foreach (var silo in doubted)
            _suspects[silo] = _time.GetTimestamp();
        throw new DoubtException($"NaN or infinity from silo {string.Join(", ", doubted)}; another one is asked");
    }

    private void NoteFaults()
    {
        foreach (var (sample, block) in _front.Accepted)
        {
            foreach (var silo in _doubts.Done(sample, block))
            {
                if (_silos.Blame(silo))
                    LogQuarantined(silo);
            }
        }
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
                Lose(sample, block, step, _epoch!.Layout.NodeOf(block, step));
        }
    }

    private async Task<Dictionary<(int Sample, int Block), byte[]>> Exits(
        HashSet<(int Sample, int Block)> wanted, CancellationToken cancellationToken)
    {
        var exits = new Dictionary<(int, int), byte[]>();
        var calls = wanted.GroupBy(exit => exit.Block).Select(async block =>
        {
            var samples = block.Select(exit => exit.Sample).Order().ToImmutableArray();
            var states = await _epoch!.Exits(block.Key, samples, cancellationToken);
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
        _front.Restart(_leads); // no sample is done with a block that it was not taken from, nor with the last one
        LogRecovering(_batch.Key, _epoch?.Number ?? 0, failure.Message);
        if (_recoveriesInARow == _options.MaxRecoveries)
            throw new SliceException($"begun anew {_recoveries} times, and again: {failure.Message}");
        var doubled = Math.Pow(2, Math.Min(_recoveriesInARow, MostDoublings));
        await Task.Delay(_options.RecoveryDelay * doubled, _time, cancellationToken);
        _recoveries++;
        _recoveriesInARow++;
        NoteRecovery(RecoveryReason.Of(failure), _epoch?.Number ?? 0, failure.Message);
        foreach (var silo in failure is UnopenedException unopened ? unopened.Silos : [])
            _suspects[silo] = _time.GetTimestamp();

        // Who was never opened may not answer though its silo would; of another supervisor's it is not known where they are.
        if ((_before ?? _epoch) is { Members.IsEmpty: false } opened)
            await Suspect(opened, isLate: failure is LateSweepException);
        _isToBegin = true;
    }

    private async Task Suspect(Epoch epoch, bool isLate)
    {
        var answers = await epoch.WhichAnswer(_options.PingTimeout);
        for (var slice = 0; slice < answers.Length; slice++)
        {
            if (!answers[slice])
            {
                _suspects[epoch.Members[slice]] = _time.GetTimestamp();
                LogSuspect(_batch.Key, epoch.Members[slice]);
            }
        }

        if (isLate && answers.All(isThere => isThere))
            _deadline.Extend();
    }

    // What fails at the same place every time makes none, however many sweeps it makes before.
    private void NoteHeadway()
    {
        if (_front.Accepted.Count > 0)
            _furthest = 0;
        else if (_epoch!.Sweeps <= _furthest)
            return;
        else
            _furthest = _epoch!.Sweeps;
        _recoveriesInARow = 0;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Batch {Batch}: epoch {Epoch} on {Silos} silos")]
    private partial void LogOpening(BatchKey batch, int epoch, int silos);

    [LoggerMessage(Level = LogLevel.Error, Message = "Silo {Silo} returned NaN or infinity where others did not, repeatedly: it is left out from now on")]
    private partial void LogQuarantined(SiloAddress silo);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Batch {Batch}: silo {Silo} does not answer")]
    private partial void LogSuspect(BatchKey batch, SiloAddress silo);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Batch {Batch}: epoch {Epoch} is over, the open blocks are begun anew: {Reason}")]
    private partial void LogRecovering(BatchKey batch, int epoch, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Batch {Batch}: sample {Sample} is lost to NaN or infinity at block {Block}, step {Step}, node {Node}")]
    private partial void LogLost(BatchKey batch, int sample, int block, int step, int node);
}
