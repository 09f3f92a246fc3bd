using System.Collections.Immutable;
using OrleansDiffusion.Contracts.Sweeps;

namespace OrleansDiffusion.Nodes.Slices;

/// <summary>The time-nodes of one open block that a slice holds.</summary>
/// <param name="Nodes">They, in their order.</param>
/// <param name="Devices">For each the device of the silo that evaluates it.</param>
/// <param name="EndsBlock">Whether the last is the block's last.</param>
internal sealed record NodeRun(ImmutableArray<ITimeNodeGrain> Nodes, ImmutableArray<int> Devices, bool EndsBlock);
