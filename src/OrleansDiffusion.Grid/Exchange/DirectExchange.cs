using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;

namespace OrleansDiffusion.Grid.Exchange;

/// <summary>By direct calls of the grains.</summary>
/// <param name="grains">The grains.</param>
internal sealed class DirectExchange(IGrainFactory grains) : ISweepExchange
{
    public Task ToSlices(IEnumerable<SliceKey> slices, SweepMessage message) =>
        Task.WhenAll(slices.Select(slice => grains.GetGrain<ISliceGrain>(slice.ToString()).Receive(message)));

    public Task ToSupervisor(BatchKey batch, SweepMessage message) =>
        grains.GetGrain<IBlockSupervisorGrain>(batch.ToString()).Receive(message);
}
