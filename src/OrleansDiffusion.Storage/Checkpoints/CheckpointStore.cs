using OrleansDiffusion.Storage.Objects;

namespace OrleansDiffusion.Storage.Checkpoints;

/// <summary>Keeps the last checkpoint of each batch, and lets one at a time write it.</summary>
/// <remarks>
/// A checkpoint is written under a new name, then the pointer <c>jobs/JOBID/checkpoints/BATCH/latest.json</c> is replaced
/// if it is as its writer left it, then the content before is deleted. What fails in between leaves the last checkpoint
/// whole.
/// </remarks>
/// <param name="store">Where they are kept.</param>
public sealed class CheckpointStore(IObjectStore store)
{
    /// <summary>Claims a batch. Whoever claimed it before is fenced out of it.</summary>
    /// <param name="batch">The job and the batch's number, <c>JOBID/0</c>.</param>
    /// <param name="jobHash">Names all that the samples depend on.</param>
    /// <param name="cancellationToken">Ends the attempt; the batch may have been claimed then.</param>
    /// <returns>What the batch has come to, and the right to write what follows.</returns>
    /// <exception cref="ArgumentException">No name of a batch.</exception>
    /// <exception cref="CheckpointMismatchException">Its checkpoint has another hash; nothing was claimed.</exception>
    /// <exception cref="BrokenObjectException">Its checkpoint is missing or broken; nothing was claimed.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public async Task<CheckpointLease> Claim(string batch, string jobHash, CancellationToken cancellationToken)
    {
        var folder = new CheckpointFolder(store, batch);
        ArgumentException.ThrowIfNullOrEmpty(jobHash);
        while (true)
        {
            if (await TryClaim(folder, jobHash, cancellationToken) is { } lease)
                return lease;
        }
    }

    /// <summary>Deletes all that is kept of a batch, even if it is broken. Whoever claimed it is fenced out.</summary>
    /// <param name="batch">The job and the batch's number, <c>JOBID/0</c>.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ArgumentException">No name of a batch.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public async Task Discard(string batch, CancellationToken cancellationToken)
    {
        var folder = new CheckpointFolder(store, batch);
        var contents = await folder.Contents(cancellationToken);
        await folder.DeletePointer(cancellationToken);
        foreach (var content in contents)
            await folder.DeleteContent(content, cancellationToken);
    }

    // Null if somebody else was faster.
    private static async Task<CheckpointLease?> TryClaim(
        CheckpointFolder folder, string jobHash, CancellationToken cancellationToken)
    {
        var before = await folder.Pointer(cancellationToken);
        Checkpoint? last = null;
        if (before is { Pointer.Content: not null } there)
        {
            last = await folder.ReadContent(there.Pointer, cancellationToken);
            if (last is null)
                return await NoneUnlessMissing(folder, there, cancellationToken);
            if (last.JobHash != jobHash)
                throw new CheckpointMismatchException(folder.Batch);
        }

        // Listed before the claim, so that no content of whoever claims the batch next is among them.
        var contents = await folder.Contents(cancellationToken);
        var pointer = new CheckpointPointer(
            $"{Guid.NewGuid():N}", before?.Pointer.Content, before?.Pointer.Sha256);
        try
        {
            var condition = before is null ? WriteCondition.IfAbsent : WriteCondition.IfVersion(before.Value.Version);
            var version = await folder.Point(pointer, condition, cancellationToken);
            var lease = new CheckpointLease(folder, jobHash, pointer, version, contents) { Last = last };
            await lease.DeleteOrphans(cancellationToken);
            return lease;
        }
        catch (StoreConflictException)
        {
            return null;
        }
    }

    // The content that was pointed to is not there. It is no loss if another one is by now.
    private static async Task<CheckpointLease?> NoneUnlessMissing(
        CheckpointFolder folder, (CheckpointPointer Pointer, string Version) before, CancellationToken cancellationToken)
    {
        if ((await folder.Pointer(cancellationToken))?.Version == before.Version)
            throw new BrokenObjectException(
                folder.NameOf(before.Pointer.Content!), $"is missing, though {folder.PointerName} points to it");
        return null;
    }
}
