using System.Runtime.CompilerServices;

namespace OrleansDiffusion.Storage.Objects;

/// <summary>Keeps objects in the memory of this process.</summary>
public sealed class MemoryObjectStore : IObjectStore
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, StoredObject> _objects = new(StringComparer.Ordinal);
    private long _writes;

    /// <inheritdoc/>
    public Task<StoredObject?> Read(string name, CancellationToken cancellationToken)
    {
        ObjectName.Check(name);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
            return Task.FromResult(_objects.GetValueOrDefault(name));
    }

    /// <inheritdoc/>
    public Task<string> Write(
        string name, ReadOnlyMemory<byte> content, WriteCondition condition, CancellationToken cancellationToken)
    {
        ObjectName.Check(name);
        ArgumentNullException.ThrowIfNull(condition);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (!condition.Holds(_objects.GetValueOrDefault(name)?.Version))
                throw new StoreConflictException(name);
            var version = $"{++_writes}";
            _objects[name] = new StoredObject(content.ToArray(), version);
            return Task.FromResult(version);
        }
    }

    /// <inheritdoc/>
    public Task Delete(string name, CancellationToken cancellationToken) =>
        Delete(name, WriteCondition.Always, cancellationToken);

    /// <inheritdoc/>
    public Task Delete(string name, string version, CancellationToken cancellationToken) =>
        Delete(name, WriteCondition.IfVersion(version), cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> List(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ObjectName.CheckPrefix(prefix);
        string[] names;
        lock (_gate)
            names = [.. _objects.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))];
        foreach (var name in names)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return name;
        }

        await Task.CompletedTask;
    }

    private Task Delete(string name, WriteCondition condition, CancellationToken cancellationToken)
    {
        ObjectName.Check(name);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (_objects.TryGetValue(name, out var there) && !condition.Holds(there.Version))
                throw new StoreConflictException(name);
            _objects.Remove(name);
        }

        return Task.CompletedTask;
    }
}
