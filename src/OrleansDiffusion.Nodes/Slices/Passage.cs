using System.Runtime.InteropServices;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Nodes.Planning;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Steps;

namespace OrleansDiffusion.Nodes.Slices;

/// <summary>
/// The (x, y) of a batch's samples on their way through the open blocks, from map to map: what enters each time-node.
/// Its memory is large and is used for one way after the other.
/// </summary>
/// <param name="setup">The job, whose velocities are drawn on the way.</param>
/// <param name="firstSample">Index in the job of the batch's first sample.</param>
/// <param name="samples">Samples of the batch.</param>
internal sealed class Passage(JobSetup setup, int firstSample, int samples)
{
    private readonly int _elements = setup.Elements;
    private readonly float[] _states = new float[2L * samples * setup.Elements];
    private readonly int _sent = setup.HasMemory ? 2 * setup.Elements : setup.Elements;
    private readonly AffineMap _map = new(samples, setup.Elements);

    // The samples whose (x, y) is known as far as the passage has come; one may have been lost to NaN on the way.
    private readonly bool[] _known = new bool[samples];

    /// <summary>Goes back to before the start: no sample is known.</summary>
    public void Reset() => Array.Clear(_known);

    /// <summary>Begins with a sample.</summary>
    /// <param name="sample">Index in the batch.</param>
    /// <param name="state">Its x and y, and anything after it.</param>
    public void Begin(int sample, ReadOnlySpan<byte> state)
    {
        MemoryMarshal.Cast<byte, float>(state[..(2 * _elements * sizeof(float))]).CopyTo(State(sample));
        _known[sample] = true;
    }

    /// <summary>Goes into a block, which may draw a velocity for y.</summary>
    public void Enter(Block block, int sample)
    {
        if (block.SecondState == SecondState.Velocity)
            setup.Noise.Fill(State(sample)[_elements..], (uint)(firstSample + sample), block.Velocity);
    }

    /// <summary>Goes through a map; a sample that the map does not know is lost sight of.</summary>
    /// <param name="map">The map, as it was published.</param>
    /// <param name="active">The samples that go through it.</param>
    public void Through(ReadOnlySpan<byte> map, ReadOnlySpan<bool> active)
    {
        var present = new bool[samples];
        foreach (var sample in _map.Read(map))
            present[sample] = true;
        for (var n = 0; n < samples; n++)
        {
            if (!active[n])
                continue;
            _known[n] &= present[n];
            if (_known[n])
                _map.Apply(n, State(n)[.._elements], State(n)[_elements..]);
        }
    }

    /// <summary>What enters a time-node: x, and y where steps have a second state, of the samples that are known.</summary>
    public NodeEntry[] Entries(ReadOnlySpan<bool> active)
    {
        var entries = new List<NodeEntry>(samples);
        for (var n = 0; n < samples; n++)
        {
            if (active[n] && _known[n])
                entries.Add(new NodeEntry(n, MemoryMarshal.AsBytes(State(n)[.._sent]).ToArray()));
        }

        return [.. entries];
    }

    private Span<float> State(int sample) => _states.AsSpan(2 * sample * _elements, 2 * _elements);
}
