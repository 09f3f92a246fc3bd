using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;
using Orleans.Streams;

namespace OrleansDiffusion.Grid.Exchange;

/// <summary>
/// Over Orleans streams of any provider: slices and supervisors are subscribed, by their classes, to streams of their own. So
/// nobody subscribes anew in every epoch, and no grain of a third silo knows who listens.
/// </summary>
/// <param name="streams">The provider.</param>
internal sealed class StreamExchange(IStreamProvider streams) : ISweepExchange
{
    public Task ToSlices(IEnumerable<SliceKey> slices, SweepMessage message) => Task.WhenAll(
        slices.Select(slice => Publish(StreamId.Create(GridNames.SliceStreams, slice.ToString()), message)));

    public Task ToSupervisor(BatchKey batch, SweepMessage message) =>
        Publish(SupervisorStreams.Of(batch, message.Epoch), message);

    private Task Publish(StreamId stream, SweepMessage message) =>
        streams.GetStream<SweepMessage>(stream).OnNextAsync(message);
}
