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

    /// <summary>Puts something around a listener, in its grain.</summary>
    public Func<Action<SweepMessage>, Action<SweepMessage>> Heard { get; init; } = receive => receive;

    public Task ToSlices(BatchKey batch, int slices, SweepMessage message) =>
        Carry(message, () => inner.ToSlices(batch, slices, message));

    public Task ToSupervisor(BatchKey batch, SweepMessage message) =>
        Carry(message, () => inner.ToSupervisor(batch, message));

    public Task<IAsyncDisposable> Listen(
        BatchKey batch, int epoch, int? slice, Action<SweepMessage> receive) =>
        inner.Listen(batch, epoch, slice, Heard(receive));

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
