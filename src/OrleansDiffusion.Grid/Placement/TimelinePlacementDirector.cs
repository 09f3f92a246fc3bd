using OrleansDiffusion.Contracts.Keys;
using Orleans.Runtime.Placement;

namespace OrleansDiffusion.Grid.Placement;

/// <summary>
/// Follows the hint of whoever calls a slice or time-node first: the supervisor, which weighs the silos by their devices.
/// Without one, or where that silo is gone, the shares of a batch or block are split contiguously over the silos that load
/// the grain, so that all who ask come to the same one.
/// </summary>
internal sealed class TimelinePlacementDirector : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(
        PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        if (IPlacementDirector.GetPlacementHint(target.RequestContextData, silos) is { } hint)
            return Task.FromResult(hint);
        Array.Sort(silos);
        var (share, shares) = ShareOf(target.GrainIdentity.Key.ToString()!);
        return Task.FromResult(silos[(int)((long)share * silos.Length / shares)]);
    }

    /// <summary>Which share of how many a slice's or time-node's key names.</summary>
    internal static (int Share, int Shares) ShareOf(string key)
    {
        if (key.Count(c => c == '/') == 3)
        {
            var slice = SliceKey.Parse(key);
            return (slice.Slice, slice.Slices);
        }

        var node = NodeKey.Parse(key);
        return (node.Node, node.Nodes);
    }
}
