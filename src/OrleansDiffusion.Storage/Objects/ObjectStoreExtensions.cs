namespace OrleansDiffusion.Storage.Objects;

internal static class ObjectStoreExtensions
{
    /// <summary>The names of all objects that begin so.</summary>
    public static ValueTask<List<string>> ListAll(
        this IObjectStore store, string prefix, CancellationToken cancellationToken) =>
        store.List(prefix, cancellationToken).ToListAsync(cancellationToken);

    /// <summary>Deletes several objects.</summary>
    public static async Task DeleteAll(
        this IObjectStore store, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        foreach (var name in names)
            await store.Delete(name, cancellationToken);
    }
}
