namespace OrleansDiffusion.Storage.Objects;

/// <summary>Named objects of bytes, each written whole or not at all.</summary>
/// <remarks>
/// A name is made of parts between slashes, <c>jobs/7/checkpoints/0/latest.json</c>; see <see cref="ObjectName"/>. What is
/// a name must not be the folder of another one: where there is <c>a</c>, there is no <c>a/b</c>. Several processes may
/// use the same store. What fails for another reason than the caller is a <see cref="StoreException"/>.
/// </remarks>
public interface IObjectStore
{
    /// <summary>Reads an object as it was written last.</summary>
    /// <param name="name">The object.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The object, or null if there is none.</returns>
    /// <exception cref="ArgumentException">No name of an object.</exception>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    Task<StoredObject?> Read(string name, CancellationToken cancellationToken);

    /// <summary>Writes an object. Whoever reads sees what was there before or all of the new content.</summary>
    /// <param name="name">The object.</param>
    /// <param name="content">Its new content; must not change before the task has ended.</param>
    /// <param name="condition">What must hold at the moment of writing.</param>
    /// <param name="cancellationToken">Ends the attempt; the object may have been written then.</param>
    /// <returns>The version of what was written.</returns>
    /// <exception cref="ArgumentException">No name of an object.</exception>
    /// <exception cref="StoreConflictException">The condition does not hold; nothing was written.</exception>
    /// <exception cref="StoreException">The store cannot be written; the object may have been written.</exception>
    Task<string> Write(
        string name, ReadOnlyMemory<byte> content, WriteCondition condition, CancellationToken cancellationToken);

    /// <summary>Deletes an object; none there is fine.</summary>
    /// <param name="name">The object.</param>
    /// <param name="cancellationToken">Ends the attempt; the object may be gone then.</param>
    /// <exception cref="ArgumentException">No name of an object.</exception>
    /// <exception cref="StoreException">The store cannot be written.</exception>
    Task Delete(string name, CancellationToken cancellationToken);

    /// <summary>Deletes an object that still has a version; none there is fine.</summary>
    /// <param name="name">The object.</param>
    /// <param name="version">The version that it must have.</param>
    /// <param name="cancellationToken">Ends the attempt; the object may be gone then.</param>
    /// <exception cref="ArgumentException">No name of an object.</exception>
    /// <exception cref="StoreConflictException">It has another version; nothing was deleted.</exception>
    /// <exception cref="StoreException">The store cannot be written.</exception>
    Task Delete(string name, string version, CancellationToken cancellationToken);

    /// <summary>The names of all objects that begin so, in no certain order.</summary>
    /// <param name="prefix">The beginning of a name, which may end within a part; empty for all.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <exception cref="ArgumentException">No beginning of a name.</exception>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    IAsyncEnumerable<string> List(string prefix, CancellationToken cancellationToken);
}
