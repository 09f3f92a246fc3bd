using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;

namespace OrleansDiffusion.Grid.Exchange;

/// <summary>
/// How the supervisor and the slices of a batch reach one another. Messages may come twice, late or out of order:
/// their epoch and sweep tell.
/// </summary>
/// <remarks>To be used from within grains.</remarks>
public interface ISweepExchange
{
    /// <summary>
    /// Tells all slices of a batch, or those that a <see cref="Folded"/> is for. Others may hear it, too.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="slices">How many slices it has.</param>
    /// <param name="message">The message; it is not changed any more.</param>
    Task ToSlices(BatchKey batch, int slices, SweepMessage message);

    /// <summary>Tells the supervisor of a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="message">The message; it is not changed any more.</param>
    Task ToSupervisor(BatchKey batch, SweepMessage message);

    /// <summary>Begins to hear what is told to the slices of a batch, or to its supervisor.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="epoch">The epoch; what is said in others is not heard.</param>
    /// <param name="slice">The slice that listens; null for the supervisor.</param>
    /// <param name="receive">Takes a message in. It does not wait for others.</param>
    /// <returns>Ends it.</returns>
    Task<IAsyncDisposable> Listen(BatchKey batch, int epoch, int? slice, Action<SweepMessage> receive);
}
