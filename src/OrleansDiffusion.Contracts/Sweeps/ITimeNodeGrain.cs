using System.Collections.Immutable;
using Orleans.Concurrency;

namespace OrleansDiffusion.Contracts.Sweeps;

/// <summary>
/// A time-node: a run of consecutive grid points of a block and the current iterate on it, for a batch of samples, in an
/// epoch. It is led by the slice of its silo. Its key is a <see cref="Keys.NodeKey"/>.
/// </summary>
/// <remarks>
/// <see cref="Evaluate"/> and <see cref="Move"/> of a sweep that was made already answer as they did then.
/// </remarks>
[Alias("odiff.ITimeNodeGrain")]
public interface ITimeNodeGrain : IGrainWithStringKey
{
    /// <summary>Takes its grid points on: draws their noise, without an iterate.</summary>
    /// <exception cref="InvalidOperationException">It lives on another silo than it is to.</exception>
    [Alias("Open"), ResponseTimeout(Timeouts.OfModels)]
    Task Open(NodeSpec spec, CancellationToken cancellationToken = default);

    /// <summary>
    /// The map that a rolled start is over this node, whatever enters; of iterates that were taken over, to where they end.
    /// </summary>
    /// <returns>For every sample an affine map of (x, y) and the D that is held constant.</returns>
    [Alias("Roll")]
    Task<byte[]> Roll();

    /// <summary>Sets the first iterate of samples.</summary>
    /// <param name="entries">What enters this node.</param>
    [Alias("Start")]
    Task Start(ImmutableArray<NodeEntry> entries);

    /// <summary>Evaluates the model at its points and folds them into one affine map.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="active">For every sample, whether it is being swept.</param>
    /// <param name="leads">For every sample the first block that it is not done with: far ahead of it few points are evaluated.</param>
    /// <param name="group">Whose evaluations belong into one model call with this one.</param>
    /// <param name="groupSize">How many they are.</param>
    /// <param name="cancellationToken">Ends it between two calls of the model.</param>
    [Alias("Evaluate"), ResponseTimeout(Timeouts.OfSweeps)]
    Task<NodeEvaluated> Evaluate(
        int sweep, bool[] active, ImmutableArray<int> leads, string group, int groupSize, CancellationToken cancellationToken = default);

    /// <summary>Moves its points.</summary>
    /// <param name="sweep">The sweep, evaluated before.</param>
    /// <param name="entries">What enters the node for the samples that are moved: x, and y where steps have a second state.</param>
    /// <returns>For each of them the largest RMS change over the points; infinity where one left float32's range.</returns>
    [Alias("Move")]
    Task<double[]> Move(int sweep, ImmutableArray<NodeEntry> entries);

    /// <summary>What leaves the node.</summary>
    /// <param name="samples">Indices of samples in the batch.</param>
    /// <returns>For every sample its state: x, y, the last D, float32, and the local variance.</returns>
    [Alias("Exits")]
    Task<ImmutableArray<byte[]>> Exits(ImmutableArray<int> samples);

    /// <summary>Gives its iterates away, and keeps them. While the model is asked these are what the last move left.</summary>
    /// <returns>
    /// The iterates of the samples that are swept here, for <see cref="TakeOver"/>; null where there are none, or more than
    /// a message holds.
    /// </returns>
    [Alias("HandOver"), AlwaysInterleave]
    Task<Iterates?> HandOver();

    /// <summary>
    /// Goes on from the iterates of the same points in another epoch: <see cref="Roll"/> and <see cref="Start"/> leave
    /// them as they are.
    /// </summary>
    /// <param name="iterates">What <see cref="HandOver"/> returned.</param>
    [Alias("TakeOver")]
    Task TakeOver(Iterates iterates);

    /// <summary>Lets its points go.</summary>
    [Alias("Close"), ResponseTimeout(Timeouts.OfModels)]
    Task Close();
}
