using OrleansDiffusion.Models;

namespace OrleansDiffusion.Nodes.Devices;

/// <summary>
/// The models that a silo has open: each once a device, from when it is first asked for, for all jobs. One that cannot be
/// opened is tried again when it is next asked for.
/// </summary>
/// <remarks>Safe for concurrent use. Dispose of it when nothing evaluates its models any more.</remarks>
/// <param name="source">Where they come from.</param>
public sealed class ModelStore(IModelSource source) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Name, Device Device), Task<Model>> _models = [];
    private bool _isDisposed;

    /// <summary>Opens a model, or waits until another caller's attempt has.</summary>
    /// <param name="name">The name it is asked for by.</param>
    /// <param name="device">The device that will evaluate it.</param>
    /// <param name="cancellationToken">Ends the waiting, not the opening.</param>
    /// <returns>The model. It is the store's, and not to be disposed.</returns>
    /// <exception cref="ModelFormatException">There is no such model, or its files cannot be used.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The store was disposed of.</exception>
    public Task<Model> OpenAsync(string name, Device device, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(device);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!_models.TryGetValue((name, device), out var model) || model.IsFaulted)
                _models[(name, device)] = model = Open(name, device);
            return model.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Disposes of all models.</summary>
    public async ValueTask DisposeAsync()
    {
        Task<Model>[] models;
        lock (_gate)
        {
            _isDisposed = true;
            models = [.. _models.Values];
            _models.Clear();
        }

        foreach (var model in models)
        {
            await ((Task)model).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (model.IsCompletedSuccessfully)
                (await model).Dispose();
        }
    }

    // A thread of its own: a network's first steps take seconds, which the pool has better use for.
    private Task<Model> Open(string name, Device device) => Task.Factory.StartNew(
        () => source.Open(name, device), CancellationToken.None,
        TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
}
