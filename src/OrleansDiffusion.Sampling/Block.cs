using System.Collections.Immutable;
using OrleansDiffusion.Sampling.Noise;
using OrleansDiffusion.Sampling.Steps;

namespace OrleansDiffusion.Sampling;

/// <summary>A run of steps that is iterated as a whole: the unit of parallelism in time.</summary>
/// <param name="Index">Its place on the timeline, from 0.</param>
/// <param name="Steps">The steps; step j leads from grid point j to grid point j + 1 of the block.</param>
/// <param name="SecondState">What the steps carry beside the sample.</param>
/// <param name="Velocity">Where the velocity is drawn, for blocks that carry one.</param>
public sealed record Block(
    int Index,
    ImmutableArray<Step> Steps,
    SecondState SecondState = SecondState.None,
    NoiseAddress Velocity = default);
