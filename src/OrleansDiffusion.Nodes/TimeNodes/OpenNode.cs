using System.Collections.Immutable;
using System.Runtime.InteropServices;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Nodes.Planning;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Steps;

namespace OrleansDiffusion.Nodes.TimeNodes;

/// <summary>
/// A time-node's points, and its answers in the last sweep, which it gives again if it is asked again.
/// </summary>
internal sealed class OpenNode : IDisposable
{
    private readonly NodeSpec _spec;
    private readonly JobSetup _setup;
    private readonly DeviceExecutor _executor;
    private readonly IDenoiser _model;
    private readonly PicardNode _node;
    private readonly BlockState _state;  // what enters, or leaves
    private readonly AffineMap _map;
    private readonly bool[] _swept;     // samples whose iterate is here
    private readonly bool[] _takenOver; // and has been made elsewhere
    private (int Sweep, NodeEvaluated Answer)? _evaluated;
    private (int Sweep, double[] Answer)? _moved;

    public OpenNode(NodeSpec spec, JobSetup setup, DeviceExecutor executor, IDenoiser model)
    {
        (_spec, _setup, _executor, _model) = (spec, setup, executor, model);
        var block = setup.Timeline.Blocks[spec.Block];
        var samples = spec.Batch.Samples;
        _node = new PicardNode(
            block.Steps[spec.FirstStep..(spec.FirstStep + spec.Steps)], block.SecondState != SecondState.None,
            spec.Batch.FirstSample, samples, setup.Elements, setup.Picard.Linearization, setup.Noise, setup.Conditions)
        {
            IsEntryComposed = true,
        };
        _state = new BlockState(samples, setup.Elements);
        _map = new AffineMap(samples, setup.Elements);
        (_swept, _takenOver) = (new bool[samples], new bool[samples]);
    }

    public byte[] Roll()
    {
        for (var n = 0; n < _takenOver.Length; n++)
        {
            if (_takenOver[n])
                _node.FoldIterate(n, _map);
            else
                _node.FoldRoll(n, _map);
        }

        return _map.Write([.. Enumerable.Range(0, _takenOver.Length)], _setup.HasMemory);
    }

    public void Start(ImmutableArray<NodeEntry> entries)
    {
        foreach (var (sample, state) in entries)
        {
            _swept[sample] = true;
            if (!_takenOver[sample])
            {
                _state.Read(sample, state);
                _node.Start(sample, _state, _setup.Picard.Start);
            }

            _takenOver[sample] = false;
        }
    }

    public Iterates? HandOver()
    {
        var samples = Swept();
        return samples.Length == 0 || _node.BytesOfIterates(samples.Length) > Iterates.MostBytes
            ? null
            : new Iterates(_node.WriteIterates(samples));
    }

    public void TakeOver(Iterates iterates)
    {
        foreach (var sample in _node.ReadIterates(iterates.Bytes))
            _takenOver[sample] = _swept[sample] = true;
    }

    public async Task<NodeEvaluated> Evaluate(
        int sweep, bool[] active, ImmutableArray<int> leads, EvaluationGroup group, CancellationToken cancellationToken)
    {
        if (_evaluated is { } before && before.Sweep == sweep)
            return before.Answer;
        active.CopyTo(_swept, 0);
        _node.Scout([.. leads.Select(lead => _setup.Picard.ScoutingOf(_spec.Block - lead))]);
        var outcome = await _executor.EvaluateAsync(_model, _node, active, group, cancellationToken);
        var present = active.ToArray();
        foreach (var (sample, _) in _node.NotFinite)
            present[sample] = false;
        _node.Fold(present, _map);
        var answer = new NodeEvaluated(
            _map.Write([.. Enumerable.Range(0, present.Length).Where(n => present[n])], _setup.HasMemory),
            [.. _node.NotFinite.Select(row =>
                new NotFinite(row.Sample, _spec.Block, _spec.FirstStep + row.Step, _spec.Node))],
            outcome.Rows, outcome.Call, outcome.CallTime);
        _evaluated = (sweep, answer);
        return answer;
    }

    public double[] Move(int sweep, ImmutableArray<NodeEntry> entries)
    {
        if (_moved is { } before && before.Sweep == sweep)
            return before.Answer;
        if (_evaluated?.Sweep != sweep)
            throw new InvalidOperationException($"sweep {sweep} cannot be moved: it was not evaluated here");
        var active = new bool[_state.Samples];
        foreach (var (sample, state) in entries)
        {
            var values = MemoryMarshal.Cast<byte, float>(state);
            values[.._setup.Elements].CopyTo(_state.X(sample));
            values[_setup.Elements..].CopyTo(_state.Y(sample));
            active[sample] = true;
        }

        var updates = new double[_state.Samples];
        _node.Move(_state, active, updates);
        var answer = entries.Select(entry => updates[entry.Sample]).ToArray();
        _moved = (sweep, answer);
        return answer;
    }

    public ImmutableArray<byte[]> Exits(ImmutableArray<int> samples)
    {
        foreach (var sample in samples)
            _node.CopyExit(sample, _state);
        return [.. samples.Select(sample => _state.Write(sample))];
    }

    private int[] Swept() => [.. Enumerable.Range(0, _swept.Length).Where(n => _swept[n])];

    public void Dispose()
    {
        _node.Dispose();
        _state.Dispose();
    }
}
