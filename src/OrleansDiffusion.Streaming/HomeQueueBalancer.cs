using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Streams;

namespace OrleansDiffusion.Streaming;

/// <summary>
/// Queues to silos, so that every silo has one to publish to, as long as there are no more silos than queues. Most queues
/// stay when a silo joins or leaves.
/// </summary>
internal sealed class HomeQueueBalancer(IServiceProvider services, ILogger<HomeQueueBalancer> logger)
    : QueueBalancerBase(services, logger)
{
    private IReadOnlyList<QueueId> _queues = [];
    private IReadOnlyList<SiloAddress> _silos = [];

    public static HomeQueueBalancer Create(IServiceProvider services) =>
        ActivatorUtilities.CreateInstance<HomeQueueBalancer>(services);

    public override Task Initialize(IStreamQueueMapper queueMapper)
    {
        _queues = [.. queueMapper.GetAllQueues()];
        return base.Initialize(queueMapper);
    }

    public override IEnumerable<QueueId> GetMyQueues() => Shares(_queues, _silos)[SiloAddress];

    protected override void OnClusterMembershipChange(HashSet<SiloAddress> activeSilos)
    {
        _silos = [.. activeSilos.Order()];
        NotifyListeners().Ignore();
    }

    /// <summary>Who has which queues: silos take turns, and each takes of those left the one that suits it best.</summary>
    internal static ILookup<SiloAddress, QueueId> Shares(IReadOnlyList<QueueId> queues, IReadOnlyList<SiloAddress> silos)
    {
        var left = queues.ToList();
        var taken = new List<(SiloAddress Silo, QueueId Queue)>();
        while (left.Count > 0 && silos.Count > 0)
        {
            // A queue suits the same silo whoever else is there, so that it tends to stay.
            var silo = silos[taken.Count % silos.Count];
            var affinities = silo.GetUniformHashCodes(queues.Count);
            var best = left.MaxBy(queue => affinities[(int)queue.GetNumericId()]);
            left.Remove(best);
            taken.Add((silo, best));
        }

        return taken.ToLookup(share => share.Silo, share => share.Queue);
    }
}
