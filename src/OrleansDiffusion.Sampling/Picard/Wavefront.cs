namespace OrleansDiffusion.Sampling.Picard;

/// <summary>
/// The blocks that are swept at the same time. Each sample has a lead, the first block that it is not done with, and
/// is swept in this one and the next <see cref="PicardOptions.Lookahead"/> − 1, which iterate on an entry that still
/// moves. A sample never waits for another.
/// </summary>
/// <remarks>
/// A block is done for a sample when all blocks before it are and its last update is within the rule. Blocks may get
/// done together: the sweep that took one to its end took the next one on from there.
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
            foreach (var open in _open)
                _run.Evaluate(open.Node, open.Block, firstStep: 0, open.Active, cancellationToken);
            Move();
        }

        for (var n = 0; n < _lead.Length; n++)
            Advance(n);
        EnterBlocks();
        CloseBlocks();
    }

    public void Dispose()
    {
        foreach (var open in _open)
            open.Dispose();
    }

    // Every block is entered by what has just left the one before it.
    private void Move()
    {
        _largestUpdate = 0;
        for (var i = 0; i < _open.Count; i++)
        {
            for (var n = 0; n < _lead.Length; n++)
            {
                _open[i].Active[n] &= _run.Alive[n];
                if (i > 0 && _open[i].Active[n] && _open[i - 1].Active[n])
                    Receive(_open[i], n);
            }

            _open[i].Move();
            for (var n = 0; n < _lead.Length; n++)
            {
                if (_open[i].Active[n])
                    _largestUpdate = Math.Max(_largestUpdate, _open[i].Update(n));
            }
        }
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
            open.Active[n] = false;
            var lastStep = open.Block.Steps.Length - 1;
            if (!_run.Accept(n, open.Block, lastStep, open.Sweeps(n), open.Update(n), error))
                return;
            if (++_lead[n] == _timeline.Blocks.Length)
                open.Node.CopyExit(n, _run.State);
        }
    }

    private void EnterBlocks()
    {
        for (var n = 0; n < _lead.Length; n++)
        {
            var earliest = _open.Count == 0 ? 0 : _open[0].Block.Index;
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
        Receive(open, n);
        open.Start(n, _options.Start);
    }

    private void Receive(OpenBlock open, int n)
    {
        if (open.Block.Index == 0)
            _run.State.CopyTo(open.Entry, n);
        else
            Opened(open.Block.Index - 1).Node.CopyExit(n, open.Entry);
        _run.DrawVelocity(open.Block, n, open.Entry);
    }

    // A block is needed until every sample has gone on from it.
    private void CloseBlocks()
    {
        while (_open.Count > 0 && Enumerable.Range(0, _lead.Length).All(n => HasLeft(n, _open[0].Block.Index)))
        {
            _open[0].Dispose();
            _open.RemoveAt(0);
        }
    }

    private bool HasLeft(int n, int block) =>
        !_run.Alive[n] || (_lead[n] > block && (_ahead[n] > block + 1 || block + 1 == _timeline.Blocks.Length));

    private OpenBlock Opened(int index) => _open[index - _open[0].Block.Index];
}
