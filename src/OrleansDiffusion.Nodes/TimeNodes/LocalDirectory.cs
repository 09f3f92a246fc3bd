using System.Collections.Concurrent;
using Orleans.GrainDirectory;

namespace OrleansDiffusion.Nodes.TimeNodes;

/// <summary>
/// Where a silo finds its own time-nodes. Nobody but the slice beside them calls them, so no other silo need be asked or
/// told where they are: opening and closing thousands of them crosses no network.
/// </summary>
internal sealed class LocalDirectory : IGrainDirectory
{
    /// <summary>What grain classes call it.</summary>
    public const string Name = "odiff.local";

    private readonly ConcurrentDictionary<GrainId, GrainAddress> _grains = new();

    public Task<GrainAddress?> Register(GrainAddress address) =>
        Task.FromResult<GrainAddress?>(_grains.GetOrAdd(address.GrainId, address));

    public Task Unregister(GrainAddress address)
    {
        if (_grains.TryGetValue(address.GrainId, out var registered) && registered.Matches(address))
            _grains.TryRemove(KeyValuePair.Create(address.GrainId, registered));
        return Task.CompletedTask;
    }

    public Task<GrainAddress?> Lookup(GrainId grainId) => Task.FromResult(_grains.GetValueOrDefault(grainId));

    public Task UnregisterSilos(List<SiloAddress> siloAddresses) => Task.CompletedTask; // this silo is none of them
}
