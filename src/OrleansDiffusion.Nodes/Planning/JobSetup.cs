using System.Collections.Immutable;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Noise;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Steps;

namespace OrleansDiffusion.Nodes.Planning;

/// <summary>What a silo needs to know of a job to sweep its points: all of it follows from the request and the model.</summary>
/// <param name="Timeline">The steps and their blocks.</param>
/// <param name="Conditions">What the job's samples take in turn.</param>
/// <param name="Picard">How blocks are iterated.</param>
/// <param name="Noise">The job's noise.</param>
/// <param name="DataVariance">The data's variance per element.</param>
/// <param name="Elements">Elements of a sample.</param>
internal sealed record JobSetup(
    Timeline Timeline, ImmutableArray<Condition> Conditions, PicardOptions Picard, NormalNoise Noise, double DataVariance,
    int Elements)
{
    /// <summary>Whether some block's steps carry a second state, so that maps must.</summary>
    public bool HasMemory { get; } = Timeline.Blocks.Any(block => block.SecondState != SecondState.None);

    /// <summary>The state that a sample enters the first block with.</summary>
    /// <param name="sample">Index in the job.</param>
    /// <returns>x, y, the last D, float32, and the local variance.</returns>
    public byte[] InitialState(int sample)
    {
        using var state = new BlockState(1, Elements);
        state.Begin(0, Noise, sample, Timeline.Start, DataVariance);
        return state.Write(0);
    }
}
