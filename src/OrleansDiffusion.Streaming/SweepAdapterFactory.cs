using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Streams;

namespace OrleansDiffusion.Streaming;

/// <summary>The parts of a provider on one silo.</summary>
internal sealed class SweepAdapterFactory(
    string provider, SiloQueues queues, IGrainFactory grains, ILocalSiloDetails silo, ILoggerFactory logs)
    : IQueueAdapterFactory, IQueueAdapterCache
{
    private readonly QueueMapper _mapper = new(provider, queues.Options);

    public static SweepAdapterFactory Create(IServiceProvider services, string provider) =>
        ActivatorUtilities.CreateInstance<SweepAdapterFactory>(
            services, provider, services.GetRequiredKeyedService<SiloQueues>(provider));

    public Task<IQueueAdapter> CreateAdapter() =>
        Task.FromResult<IQueueAdapter>(new SweepAdapter(provider, queues, grains, silo, logs));

    public IQueueAdapterCache GetQueueAdapterCache() => this;

    public IStreamQueueMapper GetStreamQueueMapper() => _mapper;

    public IQueueCache CreateQueueCache(QueueId queueId) => new SweepCache(queues[queueId.GetNumericId()]);

    // A consumer that fails misses a delivery; it does not lose its subscription.
    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) =>
        Task.FromResult<IStreamFailureHandler>(new NoOpStreamDeliveryFailureHandler(faultOnError: false));
}
