using OrleansDiffusion.Safetensors;
using OrleansDiffusion.Storage.Objects;

namespace OrleansDiffusion.Storage.Checkpoints;

/// <summary>The objects of one batch: the pointer <c>latest.json</c> and contents under names of their own.</summary>
internal sealed class CheckpointFolder
{
    private const string PointerFile = "latest.json";
    private const string ContentExtension = ".safetensors";

    private readonly IObjectStore _store;
    private readonly string _prefix;

    /// <summary>The objects of a batch.</summary>
    /// <param name="store">Where they are.</param>
    /// <param name="batch">The job and the batch's number, <c>JOBID/0</c>.</param>
    /// <exception cref="ArgumentException">No such name.</exception>
    public CheckpointFolder(IObjectStore store, string batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var parts = batch.Split('/');
        if (parts.Length != 2 || !Array.TrueForAll(parts, ObjectName.IsPart))
            throw new ArgumentException(
                $"'{Printable.Of(batch)}' cannot name a batch: two parts that can stand in an object's name, JOBID/BATCH",
                nameof(batch));
        _store = store;
        Batch = batch;
        _prefix = $"jobs/{parts[0]}/checkpoints/{parts[1]}/";
        PointerName = _prefix + PointerFile;
    }

    /// <summary>The job and the batch's number.</summary>
    public string Batch { get; }

    /// <summary>The pointer's object.</summary>
    public string PointerName { get; }

    /// <summary>The object of a content.</summary>
    public string NameOf(string content) => _prefix + content;

    /// <summary>Reads the pointer; null if nobody has claimed the batch.</summary>
    /// <exception cref="BrokenObjectException">There is something else in its place.</exception>
    public async Task<(CheckpointPointer Pointer, string Version)?> Pointer(CancellationToken cancellationToken) =>
        await _store.Read(PointerName, cancellationToken) is { } there
            ? (CheckpointPointer.Read(PointerName, there.Content), there.Version)
            : null;

    /// <summary>Writes the pointer.</summary>
    /// <returns>Its version.</returns>
    /// <exception cref="StoreConflictException">Somebody else was first.</exception>
    public Task<string> Point(
        CheckpointPointer pointer, WriteCondition condition, CancellationToken cancellationToken) =>
        _store.Write(PointerName, pointer.Write(), condition, cancellationToken);

    /// <summary>Deletes the pointer if it still has a version.</summary>
    /// <exception cref="StoreConflictException">It has another one.</exception>
    public Task DeletePointer(string version, CancellationToken cancellationToken) =>
        _store.Delete(PointerName, version, cancellationToken);

    /// <summary>Deletes the pointer, whoever's it is.</summary>
    public Task DeletePointer(CancellationToken cancellationToken) => _store.Delete(PointerName, cancellationToken);

    /// <summary>A name that no content has had.</summary>
    public static string NewContent() => $"{Guid.CreateVersion7():N}{ContentExtension}";

    /// <summary>The files of all contents that are there, whether pointed to or not.</summary>
    public async Task<List<string>> Contents(CancellationToken cancellationToken) =>
    [
        .. (await _store.ListAll(_prefix, cancellationToken))
            .Where(name => name != PointerName).Select(name => name[_prefix.Length..]),
    ];

    /// <summary>Writes a content under a new name.</summary>
    public Task WriteContent(string content, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        _store.Write(NameOf(content), bytes, WriteCondition.IfAbsent, cancellationToken);

    /// <summary>Reads what a pointer points to; null if it is not there.</summary>
    /// <exception cref="BrokenObjectException">It is not what was written.</exception>
    public async Task<Checkpoint?> ReadContent(CheckpointPointer pointer, CancellationToken cancellationToken)
    {
        var name = NameOf(pointer.Content!);
        if (await _store.Read(name, cancellationToken) is not { } there)
            return null;
        if (CheckpointPointer.HashOf(there.Content) != pointer.Sha256)
            throw new BrokenObjectException(name, $"is broken: its SHA-256 is not the one in {PointerFile}");
        try
        {
            return CheckpointContent.Read(Batch, there.Content);
        }
        catch (SafetensorsFormatException e)
        {
            throw new BrokenObjectException(name, $"is broken: {e.Message}", e);
        }
    }

    /// <summary>Deletes a content; none there is fine.</summary>
    public Task DeleteContent(string content, CancellationToken cancellationToken) =>
        _store.Delete(NameOf(content), cancellationToken);
}
