namespace OrleansDiffusion.Sampling.Picard;

/// <summary>The blocks that a wavefront holds open, each a single node in this process: does what it decides.</summary>
internal sealed class OpenBlocks : IDisposable
{
    private readonly SamplingRun _run;
    private readonly Timeline _timeline;
    private readonly PicardOptions _options;
    private readonly Wavefront _front;
    private readonly List<OpenBlock> _open = []; // consecutive
    private readonly double[] _updates;          // of the samples in one block

    public OpenBlocks(SamplingRun run, Timeline timeline, PicardOptions options, Wavefront front)
    {
        _run = run;
        _timeline = timeline;
        _options = options;
        _front = front;
        _updates = new double[run.State.Samples];
        Enter();
    }

    /// <summary>One sweep over all of them.</summary>
    public void Sweep(CancellationToken cancellationToken)
    {
        using (_run.CountSweep())
        {
            Evaluate(cancellationToken);
            Move();
        }

        _front.Advance();
        foreach (var (sample, block) in _front.Accepted)
            Opened(block).Node.CopyExit(sample, _run.State);
        Close();
        Enter();
    }

    public void Dispose()
    {
        foreach (var open in _open)
            open.Dispose();
    }

    private void Evaluate(CancellationToken cancellationToken)
    {
        foreach (var open in _open)
            open.Node.Scout(_front.Scouted(open.Block.Index));
        _run.Evaluate(_open.Select(open => (open.Node, ActiveIn(open))), cancellationToken);
        foreach (var open in _open)
        {
            foreach (var (sample, step) in open.Node.NotFinite)
                _front.NotFinite(sample, open.Block.Index, step);
        }
    }

    // Every block is entered by what has just left the one before it.
    private void Move()
    {
        for (var i = 0; i < _open.Count; i++)
        {
            var active = ActiveIn(_open[i]);
            for (var n = 0; n < active.Length; n++)
            {
                if (i > 0 && active[n] && ActiveIn(_open[i - 1])[n])
                    Receive(_open[i], n, _open[i - 1]);
            }

            _open[i].Node.Move(_open[i].Entry, active, _updates);
            for (var n = 0; n < active.Length; n++)
            {
                if (active[n])
                    _front.Moved(_open[i].Block.Index, n, _updates[n]);
            }
        }
    }

    private void Close()
    {
        while (_open.Count > 0 && _open[0].Block.Index < _front.FirstOpen)
        {
            _open[0].Dispose();
            _open.RemoveAt(0);
        }
    }

    private void Enter()
    {
        foreach (var (sample, block) in _front.Entered)
        {
            if (_open.Count == 0 || _open[^1].Block.Index < block)
                Open(_timeline.Blocks[block]);
            var open = Opened(block);
            Receive(open, sample, block == _front.Lead(sample) ? null : Opened(block - 1));
            open.Node.Start(sample, open.Entry, _options.Start);
        }
    }

    private void Open(Block block) => _open.Add(new OpenBlock(
        block, _run.NodeFor(block, .., _options.Linearization),
        new BlockState(_run.State.Samples, _run.State.Elements)));

    // What enters a block: what leaves the one before it, or the sample's state if it is done with that.
    private void Receive(OpenBlock open, int n, OpenBlock? before)
    {
        if (before is null)
            _run.State.CopyTo(open.Entry, n);
        else
            before.Node.CopyExit(n, open.Entry);
        _run.DrawVelocity(open.Block, n, open.Entry);
    }

    private bool[] ActiveIn(OpenBlock open) => _front.Active(open.Block.Index);

    private OpenBlock Opened(int index) => _open[index - _open[0].Block.Index];
}
