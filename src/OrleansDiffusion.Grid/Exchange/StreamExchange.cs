using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;
using Orleans.Streams;

namespace OrleansDiffusion.Grid.Exchange;

/// <summary>
/// Over two Orleans streams a batch and epoch, one to the slices and one to the supervisor, of any stream provider. One delivery
/// reaches all time-nodes of a silo. Where the provider has a <see cref="SliceFilter"/>, maps are not sent to who does not
/// need them.
/// </summary>
/// <param name="streams">The provider.</param>
internal sealed class StreamExchange(IStreamProvider streams) : ISweepExchange
{
    private const string Slices = "odiff.slices";
    private const string Supervisor = "odiff.supervisor";

    public Task ToSlices(BatchKey batch, int slices, SweepMessage message) =>
        StreamOf(Slices, batch, message.Epoch).OnNextAsync(message);

    public Task ToSupervisor(BatchKey batch, SweepMessage message) =>
        StreamOf(Supervisor, batch, message.Epoch).OnNextAsync(message);

    public async Task<IAsyncDisposable> Listen(
        BatchKey batch, int epoch, int? slice, Action<SweepMessage> receive)
    {
        var stream = StreamOf(slice is null ? Supervisor : Slices, batch, epoch);
        return new Subscription(await stream.SubscribeAsync(
            new Listener(receive), token: null, slice is { } number ? SliceFilter.Of(number) : null));
    }

    private IAsyncStream<SweepMessage> StreamOf(string name, BatchKey batch, int epoch) =>
        streams.GetStream<SweepMessage>(StreamId.Create(name, $"{batch}/{epoch}"));

    private sealed class Listener(Action<SweepMessage> receive) : IAsyncObserver<SweepMessage>
    {
        public Task OnNextAsync(SweepMessage item, StreamSequenceToken? token = null)
        {
            receive(item);
            return Task.CompletedTask;
        }

        // What did not come is missed by the supervisor, which begins a new epoch.
        public Task OnErrorAsync(Exception ex) => Task.CompletedTask;
    }

    private sealed class Subscription(StreamSubscriptionHandle<SweepMessage> handle) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await handle.UnsubscribeAsync();
    }
}
