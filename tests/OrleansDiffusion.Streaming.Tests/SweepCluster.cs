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

    /// <summary>The silo whose agent reads the queue of a stream.</summary>
    public async Task<InProcessSiloHandle> Owner(StreamId stream)
    {
        await Eventually.Holds(() => Silos.Any(silo => silo.IsActive && Queue(silo, stream).IsRead));
        return Silos.First(silo => silo.IsActive && Queue(silo, stream).IsRead);
    }

    internal static SweepQueue Queue(InProcessSiloHandle silo, StreamId stream)
    {
        var queues = silo.ServiceProvider.GetRequiredKeyedService<SiloQueues>(Provider);
        return queues[queues.Options.ShardOf(stream) % (uint)queues.Options.Queues];
    }

    /// <summary>The grain of a stream's queue.</summary>
    internal ISweepQueueGrain QueueGrain(StreamId stream)
    {
        var options = Silos[0].ServiceProvider.GetRequiredKeyedService<SiloQueues>(Provider).Options;
        return _cluster.Client.GetGrain<ISweepQueueGrain>(
            SweepQueueGrain.KeyOf(Provider, options.ShardOf(stream) % (uint)options.Queues));
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

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
