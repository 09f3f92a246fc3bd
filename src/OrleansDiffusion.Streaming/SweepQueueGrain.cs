using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace OrleansDiffusion.Streaming;

/// <inheritdoc cref="ISweepQueueGrain"/>
/// <remarks>Kept alive: publishers and agent on its own silo go past it to the queue.</remarks>
[Reentrant]
[PreferLocalPlacement]
[KeepAlive]
internal sealed class SweepQueueGrain(IServiceProvider services, ILocalSiloDetails local, ISiloStatusOracle silos)
    : Grain, ISweepQueueGrain
{
    // Far below the largest message; a full queue moves in a few of them.
    private const long HandoverBytes = 16 << 20;

    private SweepQueue _queue = null!;

    /// <summary>The key of a provider's queue.</summary>
    public static string KeyOf(string provider, uint number) => $"{number}/{provider}";

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = this.GetPrimaryKeyString();
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        _queue = services.GetRequiredKeyedService<SiloQueues>(key[(slash + 1)..])[uint.Parse(key.AsSpan(0, slash))];
        _queue.Open();
        return Task.CompletedTask;
    }

    public Task<PublishOutcome> Enqueue(SweepItem item) => Task.FromResult(_queue.TryEnqueue(item));

    public Task WhenRoom(long bytes, TimeSpan longest) => _queue.WhenRoom(bytes, longest);

    public Task<Handover> TakeOver(SiloAddress silo)
    {
        if (silo.Equals(local.SiloAddress))
        {
            _queue.Open();
            return Task.FromResult(new Handover(IsHere: true, []));
        }

        // One that was taken for dead, and does not know it yet: what it got would be lost with it.
        if (silos.IsDeadSilo(silo))
            throw new InvalidOperationException($"silo {silo} is dead");

        var items = _queue.Leave(HandoverBytes);
        if (items.Length == 0)
            GrainContext.Migrate(new Dictionary<string, object>(StringComparer.Ordinal)
            {
                [IPlacementDirector.PlacementHintKey] = silo,
            });
        return Task.FromResult(new Handover(IsHere: false, items));
    }
}
