using OrleansDiffusion.Sampling.Picard;

namespace OrleansDiffusion.Sampling.Tests.Picard;

/// <summary>
/// A block cut into nodes that know of one another only what a sweep publishes: the affine map that each folds its
/// steps into.
/// </summary>
internal sealed class NodeGrid : IDisposable
{
    private readonly PicardNode[] _nodes;
    private readonly int[] _firstSteps; // in the block
    private readonly AffineMap[] _maps;
    private readonly BlockState[] _entries;
    private readonly BlockState _passing; // what has come through the maps before a node

    /// <summary>Nodes that no sample has entered.</summary>
    public NodeGrid(Block block, int nodes, int samples, int elements, Linearization linearization)
    {
        _firstSteps = [.. Enumerable.Range(0, nodes + 1).Select(p => block.Steps.Length * p / nodes)];
        _nodes = [.. Enumerable.Range(0, nodes).Select(p => TestBlocks.NodeOver(
            block, _firstSteps[p].._firstSteps[p + 1], samples, elements, linearization, composed: nodes > 1))];
        _maps = [.. _nodes.Select(_ => new AffineMap(samples, elements))];
        _entries = [.. _nodes.Select(_ => new BlockState(samples, elements))];
        _passing = new BlockState(samples, elements);
    }

    /// <summary>Nodes that all samples have entered.</summary>
    public NodeGrid(
        Block block, int nodes, BlockState entry, Linearization linearization, FirstIterate start = FirstIterate.Copied)
        : this(block, nodes, entry.Samples, entry.Elements, linearization)
    {
        for (var n = 0; n < entry.Samples; n++)
            Start(n, entry, start);
    }

    /// <summary>
    /// Starts a sample. Rolled, a node is entered by what the block's entry becomes in the nodes before it; copied, by
    /// that itself.
    /// </summary>
    public void Start(int sample, BlockState entry, FirstIterate kind)
    {
        Copy(entry, _passing, sample);
        for (var p = 0; p < _nodes.Length; p++)
        {
            Copy(_passing, _entries[p], sample);
            _nodes[p].Start(sample, _entries[p], kind);
            if (kind == FirstIterate.Copied)
                continue;
            _nodes[p].FoldRoll(sample, _maps[p]);
            Pass(p, sample);
        }
    }

    /// <summary>One sweep of all samples; returns for every sample the largest update.</summary>
    public double[] Sweep(IDenoiser denoiser, BlockState entry)
    {
        bool[] active = [.. Enumerable.Repeat(true, entry.Samples)];
        Evaluate(denoiser, active);
        return Move(entry, active);
    }

    /// <summary>Says at which points the model is asked from now on.</summary>
    public void Scout(Scouting[] scouted)
    {
        foreach (var node in _nodes)
            node.Scout(scouted);
    }

    /// <summary>Asks the model at all nodes.</summary>
    /// <returns>Where it returned NaN or infinity, by step of the block.</returns>
    public IReadOnlyList<(int Sample, int Step)> Evaluate(IDenoiser denoiser, bool[] active)
    {
        var notFinite = new List<(int Sample, int Step)>();
        for (var p = 0; p < _nodes.Length; p++)
        {
            _nodes[p].Evaluate(denoiser, active, TestContext.Current.CancellationToken);
            notFinite.AddRange(_nodes[p].NotFinite.Select(lost => (lost.Sample, _firstSteps[p] + lost.Step)));
        }

        return notFinite;
    }

    /// <summary>Moves active samples; returns for every one the largest update.</summary>
    public double[] Move(BlockState entry, bool[] active)
    {
        var largest = new double[entry.Samples];
        var updates = new double[entry.Samples];
        for (var n = 0; n < entry.Samples; n++)
            Copy(entry, _passing, n);
        for (var p = 0; p < _nodes.Length; p++)
        {
            for (var n = 0; n < entry.Samples; n++)
                Copy(_passing, _entries[p], n);
            _nodes[p].Fold(active, _maps[p]);
            _nodes[p].Move(_entries[p], active, updates);
            largest = [.. largest.Zip(updates, Math.Max)];
            for (var n = 0; n < entry.Samples; n++)
                Pass(p, n);
        }

        return largest;
    }

    /// <summary>Copies what leaves the last node.</summary>
    public void CopyExit(int sample, BlockState exit) => _nodes[^1].CopyExit(sample, exit);

    /// <summary>What leaves the last node, of all samples.</summary>
    public BlockState Exit()
    {
        var exit = new BlockState(_entries[0].Samples, _entries[0].Elements);
        for (var n = 0; n < exit.Samples; n++)
            CopyExit(n, exit);
        return exit;
    }

    public void Dispose()
    {
        foreach (var node in _nodes)
            node.Dispose();
        foreach (var entry in _entries)
            entry.Dispose();
        _passing.Dispose();
    }

    private void Pass(int p, int n) => _maps[p].Apply(n, _passing.X(n), _passing.Y(n), _passing.Denoised(n));

    private static void Copy(BlockState from, BlockState to, int n)
    {
        from.X(n).CopyTo(to.X(n));
        from.Y(n).CopyTo(to.Y(n));
        from.Denoised(n).CopyTo(to.Denoised(n));
        to.LocalVariance(n) = from.LocalVariance(n);
    }
}
