using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Storage;

namespace OrleansDiffusion.Streaming;

/// <summary>Adds sweep streams to a silo.</summary>
public static class SweepStreamSiloBuilderExtensions
{
    private const string PubSubStore = "PubSubStore";

    // Only what ends a wait early leaves the agent's loop; this is how soon it comes back.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// Adds a stream provider whose queues live in the memory of the cluster, made for small delays: an event is handed
    /// on when it arrives, and what is queued for a stream at the same time reaches a consumer in one delivery.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Delivery is at least once, and in the order of each publisher while no silo comes or goes; events are shared, not
    /// copied, within a silo, so they must not change after they were published. The request context does not travel along.
    /// </para>
    /// <para>
    /// A queue lives on the silo that pumps it, and what a silo publishes waits in a queue of its own, from where it goes to
    /// the consumers. When a queue changes silos because one joined, its events move along, and some may be delivered again.
    /// When its silo dies, what was queued is lost and another silo goes on with an empty queue: publishers whose call
    /// failed, and consumers that miss something, have to repeat it.
    /// </para>
    /// <para>
    /// Subscriptions are kept by the grain storage named "PubSubStore". If none has been added before this call, one in
    /// memory is, which forgets subscriptions with the silo that holds them.
    /// </para>
    /// </remarks>
    /// <param name="builder">The silo.</param>
    /// <param name="name">Name of the stream provider.</param>
    /// <param name="configure">Sets options; they are validated when the silo starts.</param>
    public static ISiloBuilder AddSweepStreams(
        this ISiloBuilder builder, string name, Action<SweepStreamOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);

        builder.Services.AddOptions<SweepStreamOptions>(name).Configure(options => configure?.Invoke(options));
        builder.Services.AddSingleton<IConfigurationValidator>(services =>
            ActivatorUtilities.CreateInstance<SweepStreamOptionsValidator>(services, name));
        builder.Services.AddKeyedSingleton(name, (services, _) => new SiloQueues(
            services.GetRequiredService<IOptionsMonitor<SweepStreamOptions>>().Get(name),
            services.GetService<TimeProvider>() ?? TimeProvider.System));
        if (!builder.Services.Any(IsPubSubStore))
            builder.AddMemoryGrainStorage(PubSubStore);

        return builder.AddPersistentStreams(name, SweepAdapterFactory.Create, streams =>
        {
            streams.ConfigurePartitionBalancing((services, _) => HomeQueueBalancer.Create(services));
            streams.ConfigurePullingAgent(agent => agent.Configure<IOptionsMonitor<SweepStreamOptions>>((settings, options) =>
            {
                settings.GetQueueMsgsTimerPeriod = Pause;
                settings.BatchContainerBatchSize = 1;    // the cursor merges
                settings.MaxEventDeliveryTime = options.Get(name).DeliveryTimeout;
            }));
        });
    }

    private static bool IsPubSubStore(ServiceDescriptor service) =>
        service.IsKeyedService && service.ServiceType == typeof(IGrainStorage) && PubSubStore.Equals(service.ServiceKey);
}
