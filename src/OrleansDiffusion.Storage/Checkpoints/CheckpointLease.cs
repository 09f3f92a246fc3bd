using OrleansDiffusion.Storage.Objects;

namespace OrleansDiffusion.Storage.Checkpoints;

/// <summary>The right to write a batch's checkpoints, until somebody else claims it. One call at a time.</summary>
public sealed class CheckpointLease
{
    private readonly CheckpointFolder _folder;
    private readonly string _jobHash;
    private readonly List<string> _contents;
    private CheckpointPointer _pointer;
    private string _version;

    /// <summary>A lease that was just claimed.</summary>
    /// <param name="folder">The batch.</param>
    /// <param name="jobHash">Names all that the samples depend on.</param>
    /// <param name="pointer">The pointer as the claim has written it.</param>
    /// <param name="version">Its version.</param>
    /// <param name="contents">The contents that were there before.</param>
    internal CheckpointLease(
        CheckpointFolder folder, string jobHash, CheckpointPointer pointer, string version, List<string> contents)
    {
        _folder = folder;
        _jobHash = jobHash;
        _pointer = pointer;
        _version = version;
        _contents = contents;
    }

    /// <summary>The checkpoint that was there when the batch was claimed, or null.</summary>
    public Checkpoint? Last { get; internal init; }

    /// <summary>Keeps a checkpoint in place of the one before.</summary>
    /// <param name="checkpoint">The checkpoint, with the hash of the claim.</param>
    /// <param name="cancellationToken">Ends the attempt; either checkpoint is the last one then.</param>
    /// <returns>How many bytes it has.</returns>
    /// <exception cref="ArgumentException">It has another hash, or is not as <see cref="Checkpoint"/> says.</exception>
    /// <exception cref="FencedException">Somebody else has claimed the batch.</exception>
    /// <exception cref="StoreException">The store failed; either checkpoint is the last one, and the next can be saved.
    /// </exception>
    public async Task<int> Save(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        if (checkpoint.JobHash != _jobHash)
            throw new ArgumentException("must have the hash of the job that claimed the batch", nameof(checkpoint));
        var bytes = CheckpointContent.Write(_folder.Batch, checkpoint);
        var pointer = _pointer with
        {
            Content = CheckpointFolder.NewContent(), Sha256 = CheckpointPointer.HashOf(bytes),
        };
        _contents.Add(pointer.Content);
        await _folder.WriteContent(pointer.Content, bytes, cancellationToken);
        await Point(pointer, cancellationToken);
        await DeleteOrphans(cancellationToken);
        return bytes.Length;
    }

    /// <summary>Deletes all that is kept of the batch, which is done.</summary>
    /// <param name="cancellationToken">Ends the attempt; it can be tried again.</param>
    /// <exception cref="FencedException">Somebody else has claimed the batch; nothing was deleted.</exception>
    /// <exception cref="StoreException">The store failed; it can be tried again.</exception>
    public async Task Remove(CancellationToken cancellationToken)
    {
        // Listed before the pointer goes, so that no content of whoever claims the batch next is among them.
        var contents = await _folder.Contents(cancellationToken);
        await IfMine(() => _folder.DeletePointer(_version, cancellationToken), isGoneFine: true, cancellationToken);
        foreach (var content in contents)
            await _folder.DeleteContent(content, cancellationToken);
    }

    /// <summary>Deletes the contents that the pointer, as this lease has written it last, does not point to.</summary>
    internal async Task DeleteOrphans(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var content in _contents.Where(content => content != _pointer.Content).ToList())
            {
                await _folder.DeleteContent(content, cancellationToken);
                _contents.Remove(content);
            }
        }
        catch (StoreException)
        {
            // The checkpoint is safe; the next one deletes them.
        }
    }

    private async Task Point(CheckpointPointer pointer, CancellationToken cancellationToken)
    {
        try
        {
            await IfMine(
                async () => _version = await _folder.Point(
                    pointer, WriteCondition.IfVersion(_version), cancellationToken),
                isGoneFine: false, cancellationToken);
            _pointer = pointer;
        }
        catch (FencedException)
        {
            await DeleteUnlessTaken(pointer.Content!, cancellationToken);
            throw;
        }
    }

    // A conflict can come from a write of one's own whose answer was lost: the pointer tells whose it is.
    private async Task IfMine(Func<Task> change, bool isGoneFine, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await change();
                return;
            }
            catch (StoreConflictException e)
            {
                var there = await _folder.Pointer(cancellationToken);
                if (there is null && isGoneFine)
                    return;
                if (there?.Pointer.Owner != _pointer.Owner)
                    throw new FencedException(_folder.Batch, e);
                _version = there.Value.Version;
            }
        }
    }

    // Whoever claimed the batch goes on from this content if the pointer had been written before.
    private async Task DeleteUnlessTaken(string content, CancellationToken cancellationToken)
    {
        try
        {
            if ((await _folder.Pointer(cancellationToken))?.Pointer.Content != content)
                await _folder.DeleteContent(content, cancellationToken);
        }
        catch (StoreException)
        {
            // Whoever holds the batch now deletes it when done.
        }
    }
}
