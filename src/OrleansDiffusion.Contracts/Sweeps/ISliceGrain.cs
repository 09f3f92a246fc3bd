using System.Collections.Immutable;

namespace OrleansDiffusion.Contracts.Sweeps;

/// <summary>
/// What one silo holds of a batch's open blocks: a run of consecutive time-nodes of each. It is the silo's one end of
/// the exchange, and leads its time-nodes by calls within the silo. Its key is a <see cref="Keys.SliceKey"/>.
/// </summary>
[Alias("odiff.ISliceGrain")]
public interface ISliceGrain : IGrainWithStringKey
{
    /// <summary>Makes the slice ready for the sweeps of an epoch; what it held of an older one is dropped.</summary>
    /// <returns>False if it lives on another silo than it is to; it leaves that, and is to be asked again.</returns>
    [Alias("Open"), ResponseTimeout(Timeouts.OfModels)]
    Task<bool> Open(SliceSpec spec, CancellationToken cancellationToken = default);

    /// <summary>A message of the supervisor or another slice, where the exchange calls grains directly.</summary>
    [Alias("Receive")]
    Task Receive(SweepMessage message);

    /// <summary>What leaves a block whose last time-node is here, since the sweep that was made last.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <param name="sweep">The sweep that was made last.</param>
    /// <param name="block">The block.</param>
    /// <param name="samples">Indices of samples in the batch.</param>
    /// <returns>For every sample its state: x, y, the last D, float32, and the local variance.</returns>
    /// <exception cref="InvalidOperationException">That is not the last sweep here, or the block is not.</exception>
    [Alias("Exits")]
    Task<ImmutableArray<byte[]>> Exits(int epoch, int sweep, int block, ImmutableArray<int> samples);

    /// <summary>Lets everything of an epoch go, and of those before it.</summary>
    [Alias("Close"), ResponseTimeout(Timeouts.OfModels)]
    Task Close(int epoch);
}
