using Orleans.Concurrency;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace OrleansDiffusion.Streaming.Tests;

/// <inheritdoc cref="IConsumerGrain"/>
[Reentrant]
public sealed class ConsumerGrain : Grain, IConsumerGrain, IAsyncBatchObserver<TestEvent>, IStreamSubscriptionObserver
{
    private StreamSubscriptionHandle<TestEvent>? _subscription;

    public async Task Subscribe(StreamId stream) =>
        _subscription = await this.GetStreamProvider(SweepCluster.Provider).GetStream<TestEvent>(stream).SubscribeAsync(this);

    public Task Unsubscribe() => _subscription!.UnsubscribeAsync();

    // After it was activated on another silo.
    public async Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        _subscription = await handleFactory.Create<TestEvent>().ResumeAsync(this);

    public Task OnNextAsync(IList<SequentialItem<TestEvent>> items) =>
        Inbox.Of(this.GetPrimaryKeyString()).ReceiveAsync([.. items.Select(item => item.Item)]);

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;
}
