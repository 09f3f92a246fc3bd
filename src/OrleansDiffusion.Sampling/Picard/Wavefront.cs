namespace OrleansDiffusion.Sampling.Picard;

/// <summary>
/// The blocks that are swept at the same time. Each sample has a lead, the first block that it is not done with, and
/// is swept in this one and the next <see cref="PicardOptions.Lookahead"/> − 1, which iterate on an entry that still
/// moves. A sample waits for others only where it would open more than <see cref="PicardOptions.MostOpen"/> blocks.
/// </summary>
/// <remarks>
/// A block is done for a sample when all blocks before it are and its last update is within the rule. Blocks may get
/// done together: the sweep that took one to its end took the next one on from there. The run's state is what leaves
/// the last block that a sample is done with.
/// </remarks>
internal sealed class Wavefront : IDisposable
{
    private readonly SamplingRun _run;
    private readonly Timeline _timeline;
    private readonly PicardOptions _options;
    private readonly ConvergenceRule _rule;
    private readonly int[] _stepsBefore;             // steps of the blocks before each block
    private readonly List<OpenBlock> _open = [];     // consecutive
    private readonly int[] _lead;                    // first block that a sample is not done with
    private readonly int[] _ahead;                   // first block that a sample has not entered
    private double _largestUpdate;                   // of all samples, in the last sweep

    public Wavefront(SamplingRun run, Timeline timeline, PicardOptions options, ConvergenceRule rule)
    {
        _run = run;
        _timeline = timeline;
        _options = options;
        _rule = rule;
        _stepsBefore = new int[timeline.Blocks.Length + 1];
        for (var b = 0; b < timeline.Blocks.Length; b++)
            _stepsBefore[b + 1] = _stepsBefore[b] + timeline.Blocks[b].Steps.Length;
        _lead = new int[run.State.Samples];
        _ahead = new int[run.State.Samples];
        EnterBlocks();
    }

    /// <summary>Whether every sample has come to the end or is lost.</summary>
    public bool IsDone => _open.Count == 0;

    /// <summary>How far the samples have come.</summary>
    public SweepProgress Progress()
    {
        var alive = Enumerable.Range(0, _lead.Length).Where(n => _run.Alive[n]).ToList();
        return new SweepProgress(
            _run.Sweeps, IsDone ? _timeline.Blocks.Length - 1 : _open[0].Block.Index, _timeline.Blocks.Length,
            alive.Count(n => _lead[n] < _timeline.Blocks.Length),
            _largestUpdate,
            alive.Count == 0 ? 1 : alive.Average(n => (double)_stepsBefore[_lead[n]] / _timeline.Steps));
    }

    /// <summary>One sweep over all open blocks.</summary>
    public void Sweep(CancellationToken cancellationToken)
    {
        using (_run.CountSweep())
        {
            Evaluate(cancellationToken);
            Move();
        }

        for (var n = 0; n < _lead.Length; n++)
            Advance(n);
        CloseBlocks();
        EnterBlocks();
    }

    public void Dispose()
    {
        foreach (var open in _open)
            open.Dispose();
    }

    private void Evaluate(CancellationToken cancellationToken)
    {
        _run.Evaluate(_open.Select(open => (open.Node, open.Active)), cancellationToken);
        foreach (var open in _open)
        {
            foreach (var (sample, step) in open.Node.NotFinite)
            {
                if (open.Block.Index == _lead[sample])
                    _run.Lose(sample, open.Block, step);
                Leave(sample, open.Block.Index);
            }
        }
    }

    // Every block is entered by what has just left the one before it.
    private void Move()
    {
        _largestUpdate = 0;
        for (var i = 0; i < _open.Count; i++)
        {
            for (var n = 0; n < _lead.Length; n++)
            {
                if (i > 0 && _open[i].Active[n] && _open[i - 1].Active[n])
                    Receive(_open[i], n, _open[i - 1]);
            }

            _open[i].Move();
            for (var n = 0; n < _lead.Length; n++)
            {
                if (_open[i].Active[n])
                    Note(n, _open[i]);
            }
        }
    }

    private void Note(int n, OpenBlock open)
    {
        _largestUpdate = Math.Max(_largestUpdate, open.Update(n));
        if (!double.IsFinite(open.Update(n)) && open.Block.Index != _lead[n])
            Leave(n, open.Block.Index);
    }

    // Ahead of its lead a sample's iterate is a guess. One that left float32's range is thrown away, with all that
    // follows from it, and made anew from what enters there by then; only at its lead a sample is lost.
    private void Leave(int n, int block)
    {
        for (var b = block; b < _ahead[n]; b++)
            Opened(b).Active[n] = false;
        _ahead[n] = Math.Min(_ahead[n], Math.Max(block, _lead[n]));
    }

    // Takes a sample out of the blocks that it is done with.
    private void Advance(int n)
    {
        if (_run.Alive[n] && _lead[n] < _ahead[n])
            Opened(_lead[n]).CountSettled(n);
        while (_run.Alive[n] && _lead[n] < _ahead[n])
        {
            var open = Opened(_lead[n]);
            if (!open.IsExhausted(n, _options.MaxSweeps) && !_rule.IsDone(open.Sweeps(n), open.Update(n)))
                return;
            var error = open.IsExact(n) ? 0 : _rule.ErrorAfter(open.Sweeps(n), open.Update(n));
            var lastStep = open.Block.Steps.Length - 1;
            if (!_run.Accept(n, open.Block, lastStep, open.Sweeps(n), open.Update(n), error))
            {
                Leave(n, open.Block.Index);
                return;
            }

            open.Node.CopyExit(n, _run.State);
            open.Active[n] = false;
            _lead[n]++;
        }
    }

    private void EnterBlocks()
    {
        var earliest = Enumerable.Range(0, _lead.Length).Where(n => _run.Alive[n]).Select(n => _lead[n])
            .DefaultIfEmpty(_timeline.Blocks.Length).Min();
        for (var n = 0; n < _lead.Length; n++)
        {
            var end = Math.Min(
                Math.Min(_lead[n] + _options.Lookahead, _timeline.Blocks.Length),
                earliest + PicardOptions.MostOpen(_options.Lookahead));
            while (_run.Alive[n] && _ahead[n] < end)
                Enter(n, _timeline.Blocks[_ahead[n]++]);
        }
    }

    private void Enter(int n, Block block)
    {
        if (_open.Count == 0 || _open[^1].Block.Index < block.Index)
            _open.Add(new OpenBlock(block, _run.NodeFor(block, .., _options.Linearization), _lead.Length, _run.Elements));
        var open = Opened(block.Index);
        Receive(open, n, block.Index == _lead[n] ? null : Opened(block.Index - 1));
        open.Start(n, _options.Start);
    }

    // What enters a block: what leaves the one before it, or the sample's state if it is done with that.
    private void Receive(OpenBlock open, int n, OpenBlock? before)
    {
        if (before is null)
            _run.State.CopyTo(open.Entry, n);
        else
            before.Node.CopyExit(n, open.Entry);
        _run.DrawVelocity(open.Block, n, open.Entry);
    }

    private void CloseBlocks()
    {
        while (_open.Count > 0 && Enumerable.Range(0, _lead.Length).All(n => HasLeft(n, _open[0].Block.Index)))
        {
            _open[0].Dispose();
            _open.RemoveAt(0);
        }
    }

    private bool HasLeft(int n, int block) => !_run.Alive[n] || _lead[n] > block;

    private OpenBlock Opened(int index) => _open[index - _open[0].Block.Index];
}
