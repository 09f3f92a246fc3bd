using System.Runtime.InteropServices;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Nodes.Planning;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Steps;

namespace OrleansDiffusion.Nodes.Slices;

/// <summary>
/// The states of a batch's samples on their way through the open blocks, from map to map: what enters each time-node.
/// Its memory is large and is used for one way after the other.
/// </summary>
/// <param name="setup">The job, whose velocities are drawn on the way.</param>
/// <param name="firstSample">Index in the job of the batch's first sample.</param>
/// <param name="samples">Samples of the batch.</param>
internal sealed class Passage(JobSetup setup, int firstSample, int samples)
{
    private readonly int _elements = setup.Elements;
    private readonly int _moving = (setup.HasMemory ? 2 : 1) * setup.Elements * sizeof(float);

    // As BlockState writes them: x, y, the D that a roll holds constant, and the local variance.
    private readonly byte[][] _states =
        [.. Enumerable.Range(0, samples).Select(_ => new byte[BlockState.BytesOf(setup.Elements)])];

    // The samples whose state is known as far as the passage has come; one may have been lost to NaN on the way.
    private readonly bool[] _known = new bool[samples];

    /// <summary>Goes back to before the start: no sample is known.</summary>
    public void Reset() => Array.Clear(_known);

    /// <summary>Begins with a sample.</summary>
    /// <param name="sample">Index in the batch.</param>
    /// <param name="state">Its state, as <see cref="BlockState.Write"/> returns it.</param>
    public void Begin(int sample, ReadOnlySpan<byte> state)
    {
        state.CopyTo(_states[sample]);
        _known[sample] = true;
    }

    /// <summary>Goes into a block, which may draw a velocity for y.</summary>
    public void Enter(Block block, int sample)
    {
        if (block.SecondState == SecondState.Velocity)
            setup.Noise.Fill(Row(sample, 1), (uint)(firstSample + sample), block.Velocity);
    }

    /// <summary>Goes through a map; a sample that the map does not know is lost sight of.</summary>
    /// <param name="map">The map, as it was published.</param>
    /// <param name="active">The samples that go through it.</param>
    public void Through(ReadOnlySpan<byte> map, ReadOnlySpan<bool> active)
    {
        var maps = new WrittenMaps(map, samples, _elements);
        for (var n = 0; n < samples; n++)
        {
            if (!active[n] || !_known[n])
                continue;
            var i = maps.Samples.IndexOf(n);
            _known[n] = i >= 0;
            if (_known[n])
                maps.Apply(i, Row(n, 0), Row(n, 1), Row(n, 2));
        }
    }

    /// <summary>What enters a time-node that is started: the states of the samples that are known.</summary>
    public NodeEntry[] Starts(ReadOnlySpan<bool> active) => Entries(active, BlockState.BytesOf(_elements));

    /// <summary>What enters a time-node that is moved: x, and y where steps have a second state, of the samples that are known.</summary>
    public NodeEntry[] Moves(ReadOnlySpan<bool> active) => Entries(active, _moving);

    private NodeEntry[] Entries(ReadOnlySpan<bool> active, int bytes)
    {
        var entries = new List<NodeEntry>(samples);
        for (var n = 0; n < samples; n++)
        {
            if (active[n] && _known[n])
                entries.Add(new NodeEntry(n, _states[n][..bytes]));
        }

        return [.. entries];
    }

    // x, y or D.
    private Span<float> Row(int sample, int row) => MemoryMarshal.Cast<byte, float>(
        _states[sample].AsSpan(row * _elements * sizeof(float), _elements * sizeof(float)));
}
