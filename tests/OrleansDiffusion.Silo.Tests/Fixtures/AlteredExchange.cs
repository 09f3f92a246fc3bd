using System.Collections.Immutable;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid.Exchange;

namespace OrleansDiffusion.Silo.Tests.Fixtures;

/// <summary>An exchange that repeats, loses or reorders what another one carries.</summary>
internal sealed class AlteredExchange(ISweepExchange inner) : ISweepExchange
{
    /// <summary>How often every message is carried.</summary>
    public int Times { get; init; } = 1;

    /// <summary>Whether a message is not carried.</summary>
    public Func<SweepMessage, bool> IsLost { get; init; } = _ => false;

    /// <summary>Awaited before a message is carried.</summary>
    public Func<SweepMessage, Task> Before { get; init; } = _ => Task.CompletedTask;

    /// <summary>Told of every message after it was carried, with what carries it again.</summary>
    public Func<SweepMessage, Func<Task>, Task> Said { get; init; } = (_, _) => Task.CompletedTask;

    public Task ToSlices(IEnumerable<SliceKey> slices, SweepMessage message)
    {
        ImmutableArray<SliceKey> all = [.. slices];
        return all.IsEmpty ? Task.CompletedTask : Carry(message, () => inner.ToSlices(all, message));
    }

    public Task ToSupervisor(BatchKey batch, SweepMessage message) =>
        Carry(message, () => inner.ToSupervisor(batch, message));

    private async Task Carry(SweepMessage message, Func<Task> carry)
    {
        await Before(message);
        if (IsLost(message))
            return;
        for (var i = 0; i < Times; i++)
            await carry();
        await Said(message, carry);
    }
}
