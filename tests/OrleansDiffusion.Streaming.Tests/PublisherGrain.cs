using Orleans.Concurrency;

namespace OrleansDiffusion.Streaming.Tests;

/// <inheritdoc cref="IPublisherGrain"/>
[Reentrant]
public sealed class PublisherGrain : Grain, IPublisherGrain
{
    public async Task Publish(StreamId stream, params TestEvent[] events)
    {
        foreach (var value in events)
            await this.GetStreamProvider(SweepCluster.Provider).GetStream<TestEvent>(stream).OnNextAsync(value);
    }
}
