using OrleansDiffusion.Contracts.Keys;

namespace OrleansDiffusion.Grid.Admission;

/// <summary>
/// The batches of one priority that wait. Submitters take turns, and the batches of each are in the order in which they
/// asked: as a job has one batch at a time, and asks for the next one when that is done, jobs take turns too.
/// </summary>
/// <param name="since">When it began to wait, a timestamp.</param>
internal sealed class PriorityClass(long since)
{
    private readonly LinkedList<(string Submitter, LinkedList<BatchKey> Batches)> _turns = new();
    private readonly Dictionary<string, LinkedList<BatchKey>> _batchesOf = [];

    /// <summary>When one of it was last taken, or else it began to wait: a timestamp.</summary>
    public long Since { get; private set; } = since;

    /// <summary>Whether none waits.</summary>
    public bool IsEmpty => _turns.Count == 0;

    /// <summary>Adds a batch behind all others of its submitter, and a submitter that is new behind all others.</summary>
    public void Add(string submitter, BatchKey batch)
    {
        if (!_batchesOf.TryGetValue(submitter, out var batches))
        {
            _batchesOf[submitter] = batches = new LinkedList<BatchKey>();
            _turns.AddLast((submitter, batches));
        }

        batches.AddLast(batch);
    }

    /// <summary>Takes a batch out that gives up.</summary>
    public void Remove(string submitter, BatchKey batch)
    {
        var batches = _batchesOf[submitter];
        batches.Remove(batch);
        if (batches.Count > 0)
            return;
        _turns.Remove((submitter, batches));
        _batchesOf.Remove(submitter);
    }

    /// <summary>Takes out the batch whose turn it is.</summary>
    /// <param name="now">A timestamp.</param>
    public BatchKey Take(long now)
    {
        Since = now;
        var turn = _turns.First!;
        var (submitter, batches) = turn.Value;
        var batch = batches.First!.Value;
        _turns.Remove(turn);
        batches.RemoveFirst();
        if (batches.Count > 0)
            _turns.AddLast(turn);
        else
            _batchesOf.Remove(submitter);
        return batch;
    }
}
