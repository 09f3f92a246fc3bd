using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;

namespace OrleansDiffusion.Grid.Exchange;

/// <summary>By direct calls of the grains.</summary>
/// <param name="grains">The grains.</param>
internal sealed class DirectExchange(IGrainFactory grains) : ISweepExchange
{
    public Task ToSlices(BatchKey batch, int slices, SweepMessage message)
    {
        var listeners = message is Folded folded ? folded.For : Enumerable.Range(0, slices);
        return Task.WhenAll(listeners.Select(slice =>
            grains.GetGrain<ISliceGrain>(new SliceKey(batch, message.Epoch, slice, slices).ToString()).Receive(message)));
    }

    public Task ToSupervisor(BatchKey batch, SweepMessage message) =>
        grains.GetGrain<IBlockSupervisorGrain>(batch.ToString()).Receive(message);

    // The grains' own Receive is what is called.
    public Task<IAsyncDisposable> Listen(BatchKey batch, int epoch, int? slice, Action<SweepMessage> receive) =>
        Task.FromResult<IAsyncDisposable>(Nothing.Instance);

    private sealed class Nothing : IAsyncDisposable
    {
        public static Nothing Instance { get; } = new();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
