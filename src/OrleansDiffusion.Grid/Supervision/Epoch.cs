using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrleansDiffusion.Contracts;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid.Exchange;
using OrleansDiffusion.Grid.Placement;
using OrleansDiffusion.Grid.Planning;

namespace OrleansDiffusion.Grid.Supervision;

/// <summary>The slices of a batch in one epoch, and the sweeps that they make together.</summary>
internal sealed partial class Epoch
{
    private const int MostAttempts = 12;
    private static readonly TimeSpan ClosePause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(10);

    private readonly BatchAssignment _batch;
    private readonly IGrainFactory _grains;
    private readonly ISweepExchange _exchange;
    private readonly ComputeSilos _silos;
    private readonly GridOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SweepBarrier _barrier = new();

    /// <param name="number">From 1.</param>
    /// <param name="members">The silos that hold slices, with their weights.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="grains">The grains.</param>
    /// <param name="exchange">What carries the messages.</param>
    /// <param name="silos">Tells when one is gone.</param>
    /// <param name="options">How batches are run.</param>
    /// <param name="time">The time of deadlines.</param>
    /// <param name="logger">Told of slices that could not be closed.</param>
    public Epoch(
        int number, IReadOnlyList<(SiloAddress Silo, int Devices)> members, BatchAssignment batch, IGrainFactory grains,
        ISweepExchange exchange, ComputeSilos silos, GridOptions options, TimeProvider time, ILogger logger)
        : this(
            number, [.. members.Select(member => member.Devices)], batch, grains, exchange, silos, options, time, logger) =>
        Members = [.. members.Select(member => member.Silo)];

    /// <summary>One that another supervisor opened, on silos that are not known: for what is left of it.</summary>
    public Epoch(
        int number, ImmutableArray<int> weights, BatchAssignment batch, IGrainFactory grains, ISweepExchange exchange,
        ComputeSilos silos, GridOptions options, TimeProvider time, ILogger logger)
    {
        (_batch, _grains, _exchange, _silos, _options, _time, _logger) =
            (batch, grains, exchange, silos, options, time, logger);
        Number = number;
        Weights = weights;
        Layout = new NodeLayout(
            batch.Outline.StepsOfBlocks, batch.Outline.PointsPerNode, batch.Outline.Lookahead, weights);
    }

    /// <summary>Its number, from 1.</summary>
    public int Number { get; }

    /// <summary>The silos, one a slice.</summary>
    public ImmutableArray<SiloAddress> Members { get; } = [];

    /// <summary>For every slice its share of the nodes.</summary>
    public ImmutableArray<int> Weights { get; }

    /// <summary>Which slice holds which nodes.</summary>
    public NodeLayout Layout { get; }

    /// <summary>Sweeps that were begun.</summary>
    public int Sweeps { get; private set; }

    /// <summary>Opens the slices.</summary>
    /// <param name="before">The epoch whose iterates they go on from; null for none.</param>
    /// <param name="firstOpen">The first open block.</param>
    /// <param name="openEnd">After the last.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="SliceException">A silo is gone, or cannot open what others can.</exception>
    public async Task Open(EpochBefore? before, int firstOpen, int openEnd, CancellationToken cancellationToken)
    {
        var copyShare = _options.WarmRestart ? _options.CopyShare : 0;
        var slices = Members.Select((silo, slice) =>
        {
            var spec = new SliceSpec(_batch, Number, Weights, silo, firstOpen, openEnd, before, copyShare);
            return Open(slice, spec, cancellationToken);
        }).ToList();
        try
        {
            await WhileAllAreThere(Task.WhenAll(slices), cancellationToken);
        }
        catch (Exception e) when (!Recoverable.Is(e) && slices.Any(slice => slice.IsCompletedSuccessfully))
        {
            // The batch does without them. What no silo can open is the fault of what was asked for.
            var unopened = Members.Where((_, slice) => slices[slice].IsFaulted).ToList();
            throw new UnopenedException(unopened, $"silo {string.Join(", ", unopened)} cannot open it: {e.Message}");
        }
    }

    /// <summary>Makes a sweep.</summary>
    /// <param name="firstOpen">The first open block.</param>
    /// <param name="active">For every open block, for every sample, whether it is swept there.</param>
    /// <param name="entries">What changed since the sweep before.</param>
    /// <param name="leads">For every sample the first block that it is not done with.</param>
    /// <param name="deadline">How long it may take.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What every slice said.</returns>
    /// <exception cref="SliceException">A silo is gone, or a slice could not.</exception>
    /// <exception cref="LateSweepException">The time is over.</exception>
    public async Task<IReadOnlyList<Moved>> Sweep(
        int firstOpen, ImmutableArray<bool[]> active, ImmutableArray<BlockEntry> entries, ImmutableArray<int> leads,
        TimeSpan deadline, CancellationToken cancellationToken)
    {
        var all = _barrier.Begin(Number, ++Sweeps, Layout.Slices);

        // Its timer is gone by the time the next sweep sets its own, which a WaitAsync with a timeout does not promise.
        using var late = new CancellationTokenSource(deadline, _time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            var going = _exchange.ToSlices(
                Enumerable.Range(0, Layout.Slices).Select(KeyOf), new Go(Number, Sweeps, firstOpen, active, entries, leads));
            var made = Task.WhenAll(going, all).WaitAsync(ended.Token);
            await WhileAllAreThere(Task.WhenAny(made, Stalled(ended.Token)).Unwrap(), cancellationToken);
            return await all;
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new LateSweepException($"no answer from slice {string.Join(", ", _barrier.Missing)} within {deadline}");
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    /// <summary>Takes a message of a slice in.</summary>
    public void Receive(SweepMessage message) => _barrier.Receive(message);

    /// <summary>What left a block in the last sweep.</summary>
    /// <returns>For every sample its state.</returns>
    public async Task<ImmutableArray<byte[]>> Exits(
        int block, ImmutableArray<int> samples, CancellationToken cancellationToken)
    {
        var exits = Slice(Layout.SlicesOf(block).Last()).Exits(Sweeps, block, samples);
        await WhileAllAreThere(exits.WaitAsync(LongestAnswer, _time, cancellationToken), cancellationToken);
        return await exits;
    }

    /// <summary>For every slice, whether its silo answers soon.</summary>
    public async Task<ImmutableArray<bool>> WhichAnswer(TimeSpan longest) =>
        [.. (await States(longest)).Select(state => state is not null)];

    /// <summary>Who held what, for the epoch after this one.</summary>
    /// <param name="canBeAsked">Whether a silo can be.</param>
    /// <param name="timeout">How long its iterates are waited for.</param>
    public EpochBefore AsBefore(Func<SiloAddress, bool> canBeAsked, TimeSpan timeout) => new(
        Number, Weights, Members.IsEmpty ? [.. Weights.Select(_ => true)] : [.. Members.Select(canBeAsked)], timeout);

    /// <summary>Lets all slices go. A silo that hangs is told when it answers, or never if it is gone by then.</summary>
    public Task Close() => Task.WhenAll(Enumerable.Range(0, Layout.Slices).Select(Close));

    private async Task Close(int slice)
    {
        for (var attempt = 0; attempt < MostAttempts && IsAlive(slice); attempt++)
        {
            try
            {
                await Slice(slice).Close().WaitAsync(LongestAnswer, _time);
                return;
            }
            catch (Exception e)
            {
                LogNotClosed(e, _batch.Key, Number, slice);
                await Task.Delay(ClosePause, _time);
            }
        }
    }

    // Orphans are where their grains are found; one on a silo that is gone would come to life, and go again.
    private bool IsAlive(int slice) => Members.IsEmpty || _silos.IsAlive(Members[slice]);

    // A call or its answer may be lost with a silo that carried it. To open a model takes minutes, to say that it is open none.
    private async Task Open(int slice, SliceSpec spec, CancellationToken cancellationToken)
    {
        var calls = new List<Task>();
        while (true)
        {
            calls.Add(PlacementHint.On(spec.Silo, () => Slice(slice).Open(spec, cancellationToken)));
            var answered = Task.WhenAny(calls);
            try
            {
                await (await answered.WaitAsync(AskAgain, _time, cancellationToken));
                return;
            }
            catch (TimeoutException) when (!answered.IsCompleted)
            {
                // Asked again.
            }
        }
    }

    // Ends where a message was lost: every slice waits, and not just until one comes that is under way.
    private async Task Stalled(CancellationToken cancellationToken)
    {
        SliceState?[] before = [];
        while (true)
        {
            await Task.Delay(_options.StallInterval, _time, cancellationToken);
            var missing = _barrier.Missing.ToList();
            var states = await States(_options.StallInterval);
            if (states.All(state => state is { Waits: true }) && states.SequenceEqual(before))
                throw new SliceException($"all slices wait, slice {string.Join(", ", missing)} said nothing: a message was lost");
            before = states;
        }
    }

    private Task<SliceState?[]> States(TimeSpan longest) =>
        Task.WhenAll(Enumerable.Range(0, Layout.Slices).Select(slice => State(slice, longest)));

    // Null where its silo does not answer soon.
    private async Task<SliceState?> State(int slice, TimeSpan longest)
    {
        if (!IsAlive(slice))
            return null;
        try
        {
            return await Slice(slice).Ping().WaitAsync(longest);
        }
        catch (Exception e) when (Unanswered.Is(e))
        {
            return null;
        }
    }

    private async Task WhileAllAreThere(Task task, CancellationToken cancellationToken)
    {
        while (!task.IsCompleted)
        {
            var changed = _silos.Changed;
            if (Members.FirstOrDefault(silo => !_silos.IsAlive(silo)) is { } gone)
                throw new GoneException($"silo {gone} is gone");
            await Task.WhenAny(task, changed).WaitAsync(cancellationToken);
        }

        await task;
    }

    private ISliceGrain Slice(int slice) => _grains.GetGrain<ISliceGrain>(KeyOf(slice).ToString());

    private SliceKey KeyOf(int slice) => new(_batch.Key, Number, slice, Layout.Slices);

    [LoggerMessage(Level = LogLevel.Information, Message = "Batch {Batch}: slice {Slice} of epoch {Epoch} could not be closed")]
    private partial void LogNotClosed(Exception e, BatchKey batch, int epoch, int slice);
}
