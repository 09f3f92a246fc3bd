using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;

namespace OrleansDiffusion.Grid.Exchange;

/// <summary>
/// How the supervisor and the slices of a batch reach one another. Messages may come twice, late or out of order:
/// their epoch and sweep tell.
/// </summary>
/// <remarks>To be used from within grains. Whoever is reached takes the message in by its Receive.</remarks>
public interface ISweepExchange
{
    /// <summary>Tells slices.</summary>
    /// <param name="slices">Those that need the message.</param>
    /// <param name="message">The message; it is not changed any more.</param>
    Task ToSlices(IEnumerable<SliceKey> slices, SweepMessage message);

    /// <summary>Tells the supervisor of a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="message">The message; it is not changed any more.</param>
    Task ToSupervisor(BatchKey batch, SweepMessage message);
}
