using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid.Exchange;
using OrleansDiffusion.Grid.Placement;
using OrleansDiffusion.Grid.Planning;
using OrleansDiffusion.Nodes.Planning;
using OrleansDiffusion.Sampling.Picard;

namespace OrleansDiffusion.Nodes.Slices;

/// <summary>
/// A slice in one epoch. A sweep goes: start what is new, evaluate all time-nodes (one model call), publish one map a
/// block for the slices behind, compose the maps before each node, move it, say how far. While the model is asked the
/// next block's nodes are opened, and what a rolled start is over them is published.
/// </summary>
internal sealed partial class SliceRun
{
    private readonly SliceSpec _spec;
    private readonly int _slice;
    private readonly JobSetup _setup;
    private readonly ISweepExchange _exchange;
    private readonly IGrainFactory _grains;
    private readonly int _devices;
    private readonly ILogger _logger;
    private readonly NodeLayout _layout;
    private readonly NodeLayout? _layoutBefore; // in the epoch that it goes on from
    private readonly Copies _copies;
    private readonly KeptIterates _kept = new(); // of the slice that this one is the keeper of
    private readonly FoldedInbox _inbox = new();
    private readonly SortedDictionary<int, NodeRun> _runs = []; // of the open blocks, by block
    private readonly Dictionary<int, byte[][]>? _rolls;         // of their nodes, by block; null where no roll passes from node to node

    // Where each sample's blocks begin that are not done, and what enters there.
    private readonly (int Block, byte[] State)[] _leads;
    private readonly Passage _passage;
    private TimeSpan _modelTime; // of the last sweep
    private int _published;

    public SliceRun(
        SliceSpec spec, int slice, JobSetup setup, ISweepExchange exchange, IGrainFactory grains, int devices,
        TimeProvider time, ILogger logger)
    {
        (_spec, _slice, _setup, _exchange, _grains, _devices, _logger) =
            (spec, slice, setup, exchange, grains, devices, logger);
        var outline = spec.Batch.Outline;
        _layout = LayoutOf(spec.Weights);
        _leads = new (int, byte[])[spec.Batch.Samples];
        _passage = new Passage(setup, spec.Batch.FirstSample, spec.Batch.Samples);
        var passes = outline.Lookahead + outline.Scouts > 1 || outline.StepsOfBlocks.Any(steps => steps > outline.PointsPerNode);
        _rolls = setup.Picard.Start == FirstIterate.Rolled && passes ? [] : null;
        _layoutBefore = spec.Before is { } before ? LayoutOf(before.Weights) : null;
        var keeper = _layout.KeeperOf(slice);
        _copies = new Copies(
            spec.Batch.Key, keeper is null ? null : SliceOf(spec.Epoch, keeper.Value, spec.Weights), spec.CopyShare, time, logger);

        NodeLayout LayoutOf(ImmutableArray<int> weights) =>
            new(outline.StepsOfBlocks, outline.PointsPerNode, outline.Lookahead, weights);
    }

    /// <summary>Whether its sweep goes on only with the map of another slice.</summary>
    public bool WaitsForMap { get; private set; }

    /// <summary>Opens what it holds of the blocks that are open when the epoch begins.</summary>
    public async Task Open(CancellationToken cancellationToken)
    {
        var blocks = Enumerable.Range(_spec.FirstOpen, _spec.OpenEnd - _spec.FirstOpen).ToList();
        await Task.WhenAll(blocks.Select(block => OpenNodes(block, cancellationToken)));
        await Task.WhenAll(blocks.SelectMany(block => TakeOver(block, cancellationToken)));
    }

    /// <summary>Gives the iterates of a time-node away, or the copy that is kept of them; null where neither is here.</summary>
    public Task<Iterates?> HandOver(int block, int node) =>
        Node(block, node)?.HandOver() ?? Task.FromResult(_kept.Find(block, node));

    /// <summary>Keeps copies of the iterates of another slice's time-nodes.</summary>
    public void Keep(int sweep, IEnumerable<NodeCopy> copies) => _kept.Keep(sweep, copies);

    /// <summary>Takes the maps of another slice in.</summary>
    public void Receive(Folded folded)
    {
        if (folded.Slice != _slice)
            _inbox.Receive(folded);
    }

    /// <summary>Makes a sweep. A cancelled one ends soon, whatever the other slices do, and asks no node after that.</summary>
    public async Task<Moved> Sweep(Go go, CancellationToken cancellationToken)
    {
        _published = 0;
        _inbox.Begin(go.Sweep, go.FirstOpen);
        await OpenNodes(go, cancellationToken);
        await Roll(go, cancellationToken);
        var entries = go.Entries.Select(entry => entry.Source == EntrySource.Noise
            ? entry with { State = _setup.InitialState(_spec.Batch.FirstSample + entry.Sample) }
            : entry).ToList();
        foreach (var entry in entries.Where(entry => entry.IsFinal))
            _leads[entry.Sample] = (entry.Block, entry.State!);
        var starting = entries.Where(entry => entry.Starts).ToList();
        await StartNodes(starting, cancellationToken);
        var moving = SweepNodes(go, cancellationToken);
        await Task.WhenAll(moving, OpenAhead(go, cancellationToken)); // opened nodes are known before they may be closed
        return await moving with { Messages = _published + 1 }; // with the rolls of what was opened, and the answer itself
    }

    /// <summary>What leaves a block's last node.</summary>
    public Task<ImmutableArray<byte[]>> Exits(int block, ImmutableArray<int> samples) =>
        _runs.TryGetValue(block, out var run) && run.EndsBlock
            ? run.Nodes[^1].Exits(samples)
            : throw new InvalidOperationException($"the end of block {block} is not in this slice");

    /// <summary>Lets all time-nodes go; no sweep may be under way, and what cancels them is cancelled.</summary>
    public async Task Close()
    {
        await _copies.WhenDone();
        await CloseNodes(_ => true);
    }

    private Task OpenNodes(Go go, CancellationToken cancellationToken) => Task.WhenAll(
        Enumerable.Range(go.FirstOpen, go.Active.Length).Select(block => OpenNodes(block, cancellationToken)));

    // While the model is asked, so that the sweep that enters the next block finds its nodes open. There are never more
    // open than are planned for.
    private async Task OpenAhead(Go go, CancellationToken cancellationToken)
    {
        if (go.Sweep == 1)
            await Greet(go, cancellationToken);
        _kept.DropBefore(go.FirstOpen);
        await CloseNodes(block => block < go.FirstOpen);
        var (outline, next) = (_spec.Batch.Outline, go.FirstOpen + go.Active.Length);
        if (next < outline.StepsOfBlocks.Length && go.Active.Length < PicardOptions.MostOpen(outline.Lookahead, outline.Scouts))
        {
            await OpenNodes(next, cancellationToken);
            await Roll(go, cancellationToken);
        }
    }

    // A stream begins with a handshake. It is made while the model is first asked, and so while nobody waits.
    private async Task Greet(Go go, CancellationToken cancellationToken)
    {
        var outline = _spec.Batch.Outline;
        var end = Math.Min(
            go.FirstOpen + PicardOptions.MostOpen(outline.Lookahead, outline.Scouts), outline.StepsOfBlocks.Length);
        var slices = WhoNeeds(go.FirstOpen, [.. Enumerable.Range(go.FirstOpen, end - go.FirstOpen)]);
        var greeting = new Greeting(go.Epoch, go.Sweep);
        _published++;
        await Task.WhenAll(
            Publish(greeting, slices, cancellationToken),
            _exchange.ToSupervisor(_spec.Batch.Key, greeting).WaitAsync(cancellationToken));
    }

    private Task OpenNodes(int block, CancellationToken cancellationToken)
    {
        var (first, count) = _layout.Run(block, _slice);
        if (count == 0 || _runs.ContainsKey(block))
            return Task.CompletedTask;
        var run = new NodeRun(
            [.. Enumerable.Range(first, count).Select(node => NodeGrain(block, node))],
            [.. Enumerable.Range(0, count).Select(i => (int)((long)i * _devices / count))],
            EndsBlock: first + count == _layout.Nodes(block));
        _runs.Add(block, run);
        return Task.WhenAll(Enumerable.Range(0, count).Select(i => Open(run, i, block, first + i, cancellationToken)));
    }

    private Task Open(NodeRun run, int i, int block, int node, CancellationToken cancellationToken)
    {
        var (first, count) = _layout.Steps(block, node);
        var spec = new NodeSpec(_spec.Batch, _spec.Epoch, block, first, count, node, run.Devices[i], _spec.Silo);
        return PlacementHint.On(_spec.Silo, () => run.Nodes[i].Open(spec, cancellationToken));
    }

    private IEnumerable<Task> TakeOver(int block, CancellationToken cancellationToken)
    {
        if (_layoutBefore is null || !_runs.TryGetValue(block, out var run))
            yield break;
        var first = _layout.Run(block, _slice).First;
        for (var i = 0; i < run.Nodes.Length; i++)
            yield return TakeOver(block, first + i, run.Nodes[i], cancellationToken);
    }

    // From who held the node, or from who keeps a copy of it. What neither has is begun anew: that costs sweeps, and nothing else.
    private async Task TakeOver(int block, int node, ITimeNodeGrain heir, CancellationToken cancellationToken)
    {
        var before = _spec.Before!;
        var holder = _layoutBefore!.SliceOf(block, node);
        foreach (var slice in new[] { holder, _layoutBefore.KeeperOf(holder) }.OfType<int>().Where(slice => before.IsThere[slice]))
        {
            try
            {
                var asked = SliceOf(before.Epoch, slice, before.Weights).HandOver(block, node);
                if (await asked.WaitAsync(before.Timeout, cancellationToken) is not { } iterates)
                    continue;
                await heir.TakeOver(iterates);
                return;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                LogNotHandedOver(e, _spec.Batch.Key, slice, block, node);
            }
        }
    }

    private ISliceGrain SliceOf(int epoch, int slice, ImmutableArray<int> weights) =>
        _grains.GetGrain<ISliceGrain>(KeyOf(epoch, slice, weights).ToString());

    private SliceKey KeyOf(int epoch, int slice, ImmutableArray<int> weights) =>
        new(_spec.Batch.Key, epoch, slice, weights.Length);

    private ITimeNodeGrain? Node(int block, int node) =>
        _runs.TryGetValue(block, out var run) && node - _layout.Run(block, _slice).First is var i && i >= 0
            && i < run.Nodes.Length
            ? run.Nodes[i]
            : null;

    private IEnumerable<(int Block, int Node, ITimeNodeGrain Grain)> NodesOf(int block, NodeRun run)
    {
        var first = _layout.Run(block, _slice).First;
        return run.Nodes.Select((grain, i) => (block, first + i, grain));
    }

    private Task CloseNodes(Func<int, bool> which)
    {
        var closed = _runs.Where(run => which(run.Key)).ToList();
        foreach (var (block, _) in closed)
        {
            _runs.Remove(block);
            _rolls?.Remove(block);
        }

        return Task.WhenAll(closed.SelectMany(run => run.Value.Nodes).Select(node => node.Close()));
    }

    private ITimeNodeGrain NodeGrain(int block, int node) => _grains.GetGrain<ITimeNodeGrain>(
        new NodeKey(_spec.Batch.Key, _spec.Epoch, block, node, _layout.Nodes(block)).ToString());

    private async Task StartNodes(IEnumerable<BlockEntry> entries, CancellationToken cancellationToken)
    {
        var phase = new StartPhase(_setup, _spec.Batch.Samples, entries);
        var own = phase.Blocks.Where(_runs.ContainsKey).ToList();
        if (own.Count == 0)
            return;
        var starting = new List<Task>();
        _passage.Reset();
        foreach (var block in phase.Blocks.TakeWhile(block => block <= own[^1]))
        {
            phase.Enter(_passage, block);
            var starts = phase.StartsIn(block);
            var goesOn = own.Any(later => later > block && phase.IsStartedTogether(block, later));
            foreach (var slice in _layout.SlicesOf(block))
            {
                if (slice != _slice)
                {
                    if (_rolls is not null && (goesOn || (slice < _slice && own.Contains(block))))
                        _passage.Through(await MapOf(FoldPhase.Roll, block, slice, cancellationToken), starts);
                    continue;
                }

                for (var node = 0; node < _runs[block].Nodes.Length; node++)
                {
                    starting.Add(_runs[block].Nodes[node].Start([.. _passage.Starts(starts)]));
                    if (_rolls is not null)
                        _passage.Through(_rolls[block][node], starts);
                }
            }
        }

        await Task.WhenAll(starting);
    }

    // What rolled starts are over nodes that are new here, whatever will enter them: who starts behind them waits for nobody.
    private async Task Roll(Go go, CancellationToken cancellationToken)
    {
        if (_rolls is null)
            return;
        var rolled = await Task.WhenAll(_runs.Where(run => !_rolls.ContainsKey(run.Key)).Select(async run =>
            (Block: run.Key, Maps: await Task.WhenAll(run.Value.Nodes.Select(node => node.Roll())))));
        foreach (var (block, maps) in rolled)
            _rolls.Add(block, maps);
        List<int> blocks = [.. rolled.SelectMany(run => StartedWith(run.Block)).Distinct()];
        await Publish(
            FoldPhase.Roll, go, [.. rolled.Where(run => WhoNeeds(run.Block, blocks).Any()).Select(run =>
                new FoldedRun(run.Block, Composed(run.Maps)))],
            blocks, cancellationToken);
    }

    // The blocks that a sample may start in together with one, in timeline order.
    private IEnumerable<int> StartedWith(int block)
    {
        var outline = _spec.Batch.Outline;
        var end = Math.Min(block + outline.Lookahead + outline.Scouts, outline.StepsOfBlocks.Length);
        return Enumerable.Range(block, end - block);
    }

    private async Task<Moved> SweepNodes(Go go, CancellationToken cancellationToken)
    {
        var swept = _runs.Where(run => IsOpen(go, run.Key) && ActiveIn(go, run.Key).Contains(true)).ToList();
        var evaluating = Evaluate(go, swept, cancellationToken);
        if (go.Sweep > 1)
        {
            _copies.Make(
                go.Sweep - 1, _modelTime / 3,
                () => swept.Where(run => _runs.ContainsKey(run.Key)).SelectMany(run => NodesOf(run.Key, run.Value)), cancellationToken);
        }

        var evaluated = await evaluating;
        List<int> active =
            [.. Enumerable.Range(go.FirstOpen, go.Active.Length).Where(block => ActiveIn(go, block).Contains(true))];
        var publishing = Publish(
            FoldPhase.Sweep, go, [.. swept.Where(run => WhoNeeds(run.Key, active).Any()).Select(run =>
                new FoldedRun(run.Key, Composed([.. evaluated[run.Key].Select(node => node.Map)])))],
            active, cancellationToken);

        // Whoever waits for the maps of others moves meanwhile.
        var (updates, nodeUpdates) = await Move(go, evaluated, cancellationToken);
        await publishing;

        var all = evaluated.Values.SelectMany(nodes => nodes).ToList();
        var calls = CallsOf(evaluated);
        _modelTime = TimeOf(calls);
        return new Moved(
            go.Epoch, go.Sweep, _slice, updates, [.. all.SelectMany(node => node.NotFinite)], all.Sum(node => node.Rows),
            calls.Count, _modelTime, Messages: 0, nodeUpdates);
    }

    // Devices number their calls each for itself, and make theirs at the same time.
    private List<(int Device, NodeEvaluated Of)> CallsOf(Dictionary<int, NodeEvaluated[]> evaluated) =>
    [
        .. evaluated.SelectMany(block => block.Value.Select((node, i) => (Device: _runs[block.Key].Devices[i], Of: node)))
            .Where(call => call.Of.Rows > 0)
            .DistinctBy(call => (call.Device, call.Of.Call)),
    ];

    private static TimeSpan TimeOf(List<(int Device, NodeEvaluated Of)> calls) => calls
        .GroupBy(call => call.Device, call => call.Of.ModelTime)
        .Select(device => device.Aggregate(TimeSpan.Zero, (sum, time) => sum + time))
        .DefaultIfEmpty().Max();

    private async Task<Dictionary<int, NodeEvaluated[]>> Evaluate(
        Go go, List<KeyValuePair<int, NodeRun>> swept, CancellationToken cancellationToken)
    {
        var group = $"{_spec.Batch.Key}/{go.Epoch}/{go.Sweep}/{_slice}";
        var sizes = swept.SelectMany(run => run.Value.Devices).CountBy(device => device).ToDictionary();
        var evaluations = swept.Select(async run => (run.Key, await Task.WhenAll(run.Value.Nodes.Select((node, i) =>
            node.Evaluate(
                go.Sweep, ActiveIn(go, run.Key), go.Leads, group, sizes[run.Value.Devices[i]], cancellationToken)))));
        return (await Task.WhenAll(evaluations)).ToDictionary();
    }

    // Every block is entered by what leaves the one before it in this sweep.
    private async Task<(ImmutableArray<double[]> OfBlocks, ImmutableArray<float[]> OfNodes)> Move(
        Go go, Dictionary<int, NodeEvaluated[]> evaluated, CancellationToken cancellationToken)
    {
        var passage = _passage;
        passage.Reset();
        var updates = go.Active.Select(active => new double[active.Length]).ToImmutableArray();
        var ofNodes = Enumerable.Range(go.FirstOpen, go.Active.Length)
            .Select(block => new float[evaluated.TryGetValue(block, out var nodes) ? nodes.Length : 0]).ToImmutableArray();
        var moves = new List<Task>();
        var last = evaluated.Keys.DefaultIfEmpty(-1).Max();
        for (var i = 0; i < go.Active.Length && go.FirstOpen + i <= last; i++)
        {
            var (block, active) = (go.FirstOpen + i, go.Active[i]);
            for (var n = 0; n < active.Length; n++)
            {
                if (!active[n])
                    continue;
                if (_leads[n].Block == block)
                    passage.Begin(n, _leads[n].State);
                passage.Enter(_setup.Timeline.Blocks[block], n);
            }

            foreach (var slice in active.Contains(true) ? _layout.SlicesOf(block) : [])
            {
                if (slice != _slice)
                {
                    if (block < last || slice < _slice)
                        passage.Through(await MapOf(FoldPhase.Sweep, block, slice, cancellationToken), active);
                    continue;
                }

                for (var node = 0; node < evaluated[block].Length; node++)
                {
                    moves.Add(MoveNode(
                        go, block, node, passage.Moves(active), evaluated[block][node], updates[i], ofNodes[i]));
                    passage.Through(evaluated[block][node].Map, active);
                }
            }
        }

        await Task.WhenAll(moves);
        return (updates, ofNodes);
    }

    // What could not be moved, because its entry or its own map is not known, did not converge.
    private async Task MoveNode(
        Go go, int block, int node, NodeEntry[] entries, NodeEvaluated evaluated, double[] updates, float[] ofNodes)
    {
        var known = new HashSet<int>(evaluated.NotFinite.Select(lost => lost.Sample));
        entries = [.. entries.Where(entry => !known.Contains(entry.Sample))];
        var moved = entries.Length == 0
            ? []
            : await _runs[block].Nodes[node].Move(go.Sweep, [.. entries]);
        var update = new double[updates.Length];
        Array.Fill(update, double.PositiveInfinity);
        for (var i = 0; i < entries.Length; i++)
            update[entries[i].Sample] = moved[i];
        for (var n = 0; n < updates.Length; n++)
        {
            if (!ActiveIn(go, block)[n])
                continue;
            updates[n] = Math.Max(updates[n], update[n]);
            ofNodes[node] = Math.Max(ofNodes[node], (float)update[n]);
        }
    }

    private byte[] Composed(byte[][] maps) => WrittenMaps.Compose(maps, _spec.Batch.Samples, _setup.Elements);

    private Task Publish(
        FoldPhase phase, Go go, ImmutableArray<FoldedRun> runs, List<int> blocks, CancellationToken cancellationToken) =>
        Publish(
            new Folded(go.Epoch, go.Sweep, _slice, phase, runs), runs.SelectMany(run => WhoNeeds(run.Block, blocks)),
            cancellationToken);

    private async Task Publish(SweepMessage message, IEnumerable<int> which, CancellationToken cancellationToken)
    {
        var slices = which.Distinct().Order().ToList();
        _published += slices.Count;
        await _exchange.ToSlices(slices.Select(slice => KeyOf(_spec.Epoch, slice, _spec.Weights)), message)
            .WaitAsync(cancellationToken);
    }

    // The slices that hold nodes behind this slice's in a block, or nodes of later blocks that take part.
    private IEnumerable<int> WhoNeeds(int block, List<int> blocks) =>
        _layout.SlicesOf(block).Where(slice => slice > _slice).Concat(
            blocks.Where(later => later > block).SelectMany(_layout.SlicesOf).Where(slice => slice != _slice));

    private async Task<byte[]> MapOf(FoldPhase phase, int block, int slice, CancellationToken cancellationToken)
    {
        WaitsForMap = true;
        var map = await _inbox.From(phase, block, slice).WaitAsync(cancellationToken);
        WaitsForMap = false;
        return map;
    }

    private static bool IsOpen(Go go, int block) => block >= go.FirstOpen && block < go.FirstOpen + go.Active.Length;

    private static bool[] ActiveIn(Go go, int block) => go.Active[block - go.FirstOpen];

    [LoggerMessage(Level = LogLevel.Information,
        Message = "Batch {Batch}: slice {Slice} did not hand time-node {Node} of block {Block} over")]
    private partial void LogNotHandedOver(Exception e, BatchKey batch, int slice, int block, int node);
}
