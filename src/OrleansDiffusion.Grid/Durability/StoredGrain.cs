using OrleansDiffusion.Storage.Objects;

namespace OrleansDiffusion.Grid.Durability;

/// <summary>
/// A grain that keeps what it says in a store. Its callers need not know stores: one that fails is an
/// <see cref="IOException"/> to them, which may pass, and an object that is broken an <see cref="InvalidDataException"/>.
/// </summary>
internal abstract class StoredGrain : Grain, IIncomingGrainCallFilter
{
    /// <inheritdoc/>
    public sealed override Task OnActivateAsync(CancellationToken cancellationToken) => Tell(() => Load(cancellationToken));

    /// <inheritdoc/>
    public Task Invoke(IIncomingGrainCallContext context) => Tell(context.Invoke);

    /// <summary>Reads what the grain of this key has kept, before its first call.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    protected virtual Task Load(CancellationToken cancellationToken) => Task.CompletedTask;

    private static async Task Tell(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (Exception e) when (e is StoreException or StoreConflictException or BrokenObjectException)
        {
            throw Told(e);
        }
    }

    // Without the cause, which a client cannot read.
    private static Exception Told(Exception e) =>
        e is BrokenObjectException ? new InvalidDataException(e.Message) : new IOException(e.Message);
}
