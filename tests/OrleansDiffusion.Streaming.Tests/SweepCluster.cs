using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.Placement;
using Orleans.TestingHost;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Streaming.Tests;

/// <summary>Silos in this process with one provider of sweep streams.</summary>
public sealed class SweepCluster : IAsyncDisposable
{
    public const string Provider = "sweeps";

    private readonly InProcessTestCluster _cluster;

    private SweepCluster(InProcessTestCluster cluster) => _cluster = cluster;

    public IReadOnlyList<InProcessSiloHandle> Silos => _cluster.Silos;

    public static async Task<SweepCluster> Start(int silos, Action<SweepStreamOptions>? configure = null)
    {
        var builder = new InProcessTestClusterBuilder((short)silos);
        builder.ConfigureSilo((_, silo) => silo.AddSweepStreams(Provider, configure));
        var cluster = new SweepCluster(builder.Build());
        await cluster._cluster.DeployAsync();
        return cluster;
    }

    /// <summary>A stream that no other test uses.</summary>
    public static StreamId NewStream(string @namespace = "tests") => StreamId.Create(@namespace, Guid.NewGuid().ToString());

    public Task<InProcessSiloHandle> StartSilo() => _cluster.StartAdditionalSiloAsync();

    public Task Kill(InProcessSiloHandle silo) => _cluster.KillSiloAsync(silo);

    public Task Stop(InProcessSiloHandle silo) => _cluster.StopSiloAsync(silo);

    /// <summary>A publisher, or one on a given silo.</summary>
    public IPublisherGrain Publisher(string name = "publisher", InProcessSiloHandle? silo = null) =>
        Placed(silo, () => _cluster.Client.GetGrain<IPublisherGrain>($"{name} {silo?.Name}"));

    /// <summary>Subscribes a new consumer, perhaps one on a given silo, and returns its inbox.</summary>
    public async Task<(IConsumerGrain Grain, Inbox Inbox)> Subscribe(StreamId stream, InProcessSiloHandle? silo = null)
    {
        var name = Guid.NewGuid().ToString();
        var consumer = Placed(silo, () => _cluster.Client.GetGrain<IConsumerGrain>(name));
        await consumer.Subscribe(stream);
        return (consumer, Inbox.Of(name));
    }

    /// <summary>A silo that has a queue of its own.</summary>
    public async Task<InProcessSiloHandle> Owner()
    {
        await Eventually.Holds(() => Silos.Any(silo => silo.IsActive && HasQueue(silo)));
        return Silos.First(silo => silo.IsActive && HasQueue(silo));
    }

    public static bool HasQueue(InProcessSiloHandle silo) => Queues(silo).Any(queue => queue.IsRead);

    /// <summary>What a silo has of all queues.</summary>
    internal static IEnumerable<SweepQueue> Queues(InProcessSiloHandle silo)
    {
        var queues = Of(silo);
        return Enumerable.Range(0, queues.Options.Queues).Select(number => queues[(uint)number]);
    }

    /// <summary>The queue for what a silo publishes to a stream, if it has one of its own.</summary>
    internal static SweepQueue Queue(InProcessSiloHandle silo, StreamId stream) => Of(silo)[Of(silo).NumberFor(stream)];

    /// <summary>The grain of that queue.</summary>
    internal ISweepQueueGrain QueueGrain(InProcessSiloHandle silo, StreamId stream) =>
        _cluster.Client.GetGrain<ISweepQueueGrain>(SweepQueueGrain.KeyOf(Provider, Of(silo).NumberFor(stream)));

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private static SiloQueues Of(InProcessSiloHandle silo) =>
        silo.ServiceProvider.GetRequiredKeyedService<SiloQueues>(Provider);

    // The hint is read by the first call, which activates the grain; it stays for the calling test's flow.
    private static T Placed<T>(InProcessSiloHandle? silo, Func<T> grain)
    {
        if (silo is null)
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
        else
            RequestContext.Set(IPlacementDirector.PlacementHintKey, silo.SiloAddress);
        return grain();
    }
}
