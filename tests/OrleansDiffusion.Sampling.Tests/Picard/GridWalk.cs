using System.Numerics.Tensors;
using OrleansDiffusion.Sampling.Noise;
using OrleansDiffusion.Sampling.Picard;

namespace OrleansDiffusion.Sampling.Tests.Picard;

/// <summary>
/// Walks a timeline whose blocks are cut into nodes, as a wavefront says; at any sweep all nodes may be lost. What
/// passes from block to block passes as bytes.
/// </summary>
internal sealed class GridWalk : IDisposable
{
    private readonly IDenoiser _denoiser;
    private readonly Timeline _timeline;
    private readonly PicardOptions _options;
    private readonly int _nodes;
    private readonly BlockState _state;
    private readonly Dictionary<int, (NodeGrid Grid, BlockState Entry)> _open = [];

    public GridWalk(IDenoiser denoiser, Timeline timeline, PicardOptions options, int nodes, int samples)
    {
        _denoiser = denoiser;
        _timeline = timeline;
        _options = options;
        _nodes = nodes;
        _state = new BlockState(samples, (int)denoiser.Shape[0]);
        for (var n = 0; n < samples; n++)
        {
            new NormalNoise(Drawn.Seed).Fill(_state.X(n), (uint)n, NoiseAddress.Initial);
            var gain = (float)timeline.Start.GaussianGain(denoiser.DataVariance);
            TensorPrimitives.Multiply(_state.X(n), gain, _state.Denoised(n));
        }

        var rule = new ConvergenceRule(
            options.Tolerance, options.Linearization, timeline.Blocks.Length, denoiser.DataVariance, denoiser.Sensitivity);
        Front = new Wavefront(samples, [.. timeline.Blocks.Select(block => block.Steps.Length)], options, rule);
        Enter();
    }

    public Wavefront Front { get; }

    /// <summary>Walks to the end.</summary>
    /// <param name="lostBefore">Before which sweeps all nodes are lost.</param>
    public float[][] Walk(params int[] lostBefore)
    {
        while (!Front.IsDone)
        {
            if (lostBefore.Contains(Front.Sweep + 1))
                LoseNodes();
            Sweep();
        }

        return [.. Enumerable.Range(0, _state.Samples).Select(n => _state.X(n).ToArray())];
    }

    public void Dispose()
    {
        Close(_timeline.Blocks.Length);
        _state.Dispose();
    }

    private void LoseNodes()
    {
        Close(_timeline.Blocks.Length);
        Front.Restart();
        Enter();
    }

    private void Sweep()
    {
        for (var block = Front.FirstOpen; block < Front.OpenEnd; block++)
        {
            _open[block].Grid.Scout(Front.Scouted(block));
            foreach (var (sample, step) in _open[block].Grid.Evaluate(_denoiser, Front.Active(block)))
                Front.NotFinite(sample, block, step);
        }

        for (var block = Front.FirstOpen; block < Front.OpenEnd; block++)
            Move(block);
        Front.Advance();
        foreach (var (sample, block) in Front.Accepted)
            _open[block].Grid.CopyExit(sample, _state);
        Close(Front.FirstOpen);
        Enter();
    }

    private void Move(int block)
    {
        var active = Front.Active(block);
        var (grid, entry) = _open[block];
        for (var n = 0; n < active.Length && block > Front.FirstOpen; n++)
        {
            if (active[n] && Front.Active(block - 1)[n])
                _open[block - 1].Grid.CopyExit(n, entry);
        }

        var updates = grid.Move(entry, active);
        for (var n = 0; n < active.Length; n++)
            Front.Moved(block, n, updates[n]);
    }

    private void Enter()
    {
        foreach (var (sample, block) in Front.Entered)
        {
            if (!_open.ContainsKey(block))
                _open.Add(block, Open(_timeline.Blocks[block]));
            var (grid, entry) = _open[block];
            if (block == Front.Lead(sample))
                entry.Read(sample, _state.Write(sample));
            else
                _open[block - 1].Grid.CopyExit(sample, entry);
            grid.Start(sample, entry, _options.Start);
        }
    }

    private (NodeGrid Grid, BlockState Entry) Open(Block block) => (
        new NodeGrid(
            block, Math.Min(_nodes, block.Steps.Length), _state.Samples, _state.Elements, _options.Linearization),
        new BlockState(_state.Samples, _state.Elements));

    private void Close(int end)
    {
        foreach (var block in _open.Keys.Where(block => block < end).ToList())
        {
            _open[block].Grid.Dispose();
            _open[block].Entry.Dispose();
            _open.Remove(block);
        }
    }
}
