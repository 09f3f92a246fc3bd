using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;
using Orleans.Streams;

namespace OrleansDiffusion.Grid.Exchange;

/// <summary>
/// Over two Orleans streams a batch and epoch, one to the slices and one to the supervisor, of any stream provider. One delivery
/// reaches all time-nodes of a silo.
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
        BatchKey batch, int epoch, bool asSupervisor, Action<SweepMessage> receive)
    {
        var stream = StreamOf(asSupervisor ? Supervisor : Slices, batch, epoch);
        return new Subscription(await stream.SubscribeAsync((message, _) =>
        {
            receive(message);
            return Task.CompletedTask;
        }));
    }

    private IAsyncStream<SweepMessage> StreamOf(string name, BatchKey batch, int epoch) =>
        streams.GetStream<SweepMessage>(StreamId.Create(name, $"{batch}/{epoch}"));

    private sealed class Subscription(StreamSubscriptionHandle<SweepMessage> handle) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await handle.UnsubscribeAsync();
    }
}
