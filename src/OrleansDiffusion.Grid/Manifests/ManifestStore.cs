using OrleansDiffusion.Grid.Durability;
using OrleansDiffusion.Storage.Objects;

namespace OrleansDiffusion.Grid.Manifests;

/// <summary>
/// Keeps manifests: <c>jobs/ID/manifest.json</c>, their lines as <c>jobs/ID/lines/PART.jsonl</c> and what became of them as
/// <c>jobs/ID/results/PART.jsonl</c>.
/// </summary>
/// <param name="store">Where.</param>
internal sealed class ManifestStore(IObjectStore store)
{
    /// <summary>The end of a record's name.</summary>
    public const string File = "/manifest.json";

    /// <summary>Reads a record.</summary>
    /// <returns>The record and its version; null if there is none.</returns>
    /// <exception cref="BrokenObjectException">There is something else in its place.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public Task<(ManifestRecord Record, string Version)?> Read(string id, CancellationToken cancellationToken) =>
        RecordJson.Read<ManifestRecord>(store, NameOf(id), "manifest", cancellationToken);

    /// <summary>Writes a record in place of the one that was read or written last.</summary>
    /// <returns>Its version.</returns>
    /// <exception cref="StoreConflictException">Somebody else has written it since.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public Task<string> Write(string id, ManifestRecord record, string? version, CancellationToken cancellationToken) =>
        RecordJson.Write(store, NameOf(id), record, version, cancellationToken);

    /// <summary>Keeps the lines of a part, unless they are there.</summary>
    /// <returns>Whether the part has these lines, and no others that were there before.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    public async Task<bool> WriteLines(string id, int part, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        try
        {
            await store.Write(LinesOf(id, part), lines, WriteCondition.IfAbsent, cancellationToken);
            return true;
        }
        catch (StoreConflictException)
        {
            return await store.Read(LinesOf(id, part), cancellationToken) is { } there && there.Content.Span.SequenceEqual(lines.Span);
        }
    }

    /// <summary>The lines of a part; null if there are none.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public async Task<ReadOnlyMemory<byte>?> Lines(string id, int part, CancellationToken cancellationToken) =>
        await store.Read(LinesOf(id, part), cancellationToken) is { } there ? there.Content : null;

    /// <summary>Writes what became of a part's lines.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public Task WriteResults(string id, int part, ReadOnlyMemory<byte> results, CancellationToken cancellationToken) =>
        store.Write(ResultsOf(id, part), results, WriteCondition.Always, cancellationToken);

    /// <summary>What became of a part's lines; null if that is not known.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public async Task<ReadOnlyMemory<byte>?> Results(string id, int part, CancellationToken cancellationToken) =>
        await store.Read(ResultsOf(id, part), cancellationToken) is { } there ? there.Content : null;

    private static string NameOf(string id) => $"jobs/{id}{File}";

    private static string LinesOf(string id, int part) => $"jobs/{id}/lines/{part:D10}.jsonl";

    private static string ResultsOf(string id, int part) => $"jobs/{id}/results/{part:D10}.jsonl";
}
