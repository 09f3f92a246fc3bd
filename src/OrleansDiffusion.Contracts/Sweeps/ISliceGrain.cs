using System.Collections.Immutable;

namespace OrleansDiffusion.Contracts.Sweeps;

/// <summary>
/// What one silo holds of a batch's open blocks in an epoch: a run of consecutive time-nodes of each. It is the silo's
/// one end of the exchange, and leads its time-nodes by calls within the silo. Its key is a <see cref="Keys.SliceKey"/>.
/// </summary>
[Alias("odiff.ISliceGrain")]
public interface ISliceGrain : IGrainWithStringKey
{
    /// <summary>
    /// Opens the time-nodes that it holds of the open blocks. Those that the epoch before had go on from their iterates,
    /// as far as these can still be had.
    /// </summary>
    /// <exception cref="InvalidOperationException">It lives on another silo than it is to.</exception>
    [Alias("Open"), ResponseTimeout(Timeouts.OfModels)]
    Task Open(SliceSpec spec, CancellationToken cancellationToken = default);

    /// <summary>Says what it does, as soon as its silo answers.</summary>
    [Alias("Ping")]
    Task<SliceState> Ping();

    /// <summary>A message of the supervisor or another slice, whichever way it came.</summary>
    [Alias("Receive")]
    Task Receive(SweepMessage message);

    /// <summary>What leaves a block whose last time-node is here, since the sweep that was made last.</summary>
    /// <param name="sweep">The sweep that was made last.</param>
    /// <param name="block">The block.</param>
    /// <param name="samples">Indices of samples in the batch.</param>
    /// <returns>For every sample its state: x, y, the last D, float32, and the local variance.</returns>
    /// <exception cref="InvalidOperationException">That is not the last sweep here, or the block is not.</exception>
    [Alias("Exits")]
    Task<ImmutableArray<byte[]>> Exits(int sweep, int block, ImmutableArray<int> samples);

    /// <summary>Keeps copies of the iterates of another slice's time-nodes, in case that one's silo is lost.</summary>
    /// <param name="sweep">The sweep that made them.</param>
    /// <param name="copies">What <see cref="ITimeNodeGrain.HandOver"/> returned.</param>
    [Alias("Keep")]
    Task Keep(int sweep, ImmutableArray<NodeCopy> copies);

    /// <summary>
    /// Ends its sweeps, and gives the iterates of a time-node away, to a slice of the next epoch: its own ones, or the copy
    /// that it keeps.
    /// </summary>
    /// <param name="block">The block.</param>
    /// <param name="node">The node's place in the block.</param>
    /// <returns>As <see cref="ITimeNodeGrain.HandOver"/>; null also where neither is here.</returns>
    [Alias("HandOver")]
    Task<Iterates?> HandOver(int block, int node);

    /// <summary>Lets everything go.</summary>
    [Alias("Close"), ResponseTimeout(Timeouts.OfModels)]
    Task Close();
}
