using OrleansDiffusion.Contracts.Keys;

namespace OrleansDiffusion.Grid.Admission;

/// <summary>
/// Which batches are walked and which wait. The highest priority goes first, but none starves: a priority gains one level for
/// every <paramref name="ageing"/> in which none of its batches was taken. Not safe for concurrent use.
/// </summary>
/// <param name="ageing">How long, positive.</param>
/// <param name="lease">Who is not heard of for that long is forgotten.</param>
/// <param name="time">The time.</param>
internal sealed class BatchQueue(TimeSpan ageing, TimeSpan lease, TimeProvider time)
{
    private readonly Dictionary<BatchKey, long> _walked = []; // and when each was last heard of, a timestamp
    private readonly Dictionary<BatchKey, long> _reserved = [];
    private readonly Dictionary<BatchKey, Waiting> _waiting = [];
    private readonly Dictionary<int, PriorityClass> _classes = [];
    private long _asked;

    /// <summary>Batches that are walked.</summary>
    public int Walked => _walked.Count;

    /// <summary>Batches that wait, with the places that are kept.</summary>
    public int Length => _waiting.Count + _reserved.Count;

    /// <summary>Keeps a place for a batch that will ask.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="most">Most that may wait.</param>
    /// <returns>Whether there is one.</returns>
    public bool Reserve(BatchKey batch, int most)
    {
        if (_walked.ContainsKey(batch) || _waiting.ContainsKey(batch))
            return true;
        if (Length >= most && !_reserved.ContainsKey(batch))
            return false;
        _reserved[batch] = time.GetTimestamp();
        return true;
    }

    /// <summary>A batch waits for its turn. That it has waited before, or is walked, changes nothing.</summary>
    public void Ask(BatchBid bid)
    {
        var now = time.GetTimestamp();
        if (_walked.ContainsKey(bid.Key))
        {
            _walked[bid.Key] = now;
            return;
        }

        _reserved.Remove(bid.Key);
        if (_waiting.TryGetValue(bid.Key, out var waiting))
        {
            waiting.Heard = now;
            return;
        }

        _waiting[bid.Key] = new Waiting(bid, _asked++) { Heard = now };
        if (!_classes.TryGetValue(bid.Priority, out var ofPriority))
            _classes[bid.Priority] = ofPriority = new PriorityClass(now);
        ofPriority.Add(bid.Submitter, bid.Key);
    }

    /// <summary>A batch is walked, whether or not it was its turn as far as is known here.</summary>
    public void Walk(BatchKey batch)
    {
        Withdraw(batch);
        _walked[batch] = time.GetTimestamp();
    }

    /// <summary>A batch is neither walked nor waits.</summary>
    public void Leave(BatchKey batch)
    {
        Withdraw(batch);
        _walked.Remove(batch);
    }

    /// <summary>Takes in whose turn it is.</summary>
    /// <param name="atOnce">Most batches that may be walked at a time.</param>
    public IReadOnlyList<BatchKey> Take(int atOnce)
    {
        var taken = new List<BatchKey>();
        while (_walked.Count < atOnce && _classes.Count > 0)
        {
            var now = time.GetTimestamp();
            var (priority, next) = _classes.OrderByDescending(Level).ThenBy(ofPriority => ofPriority.Value.Since).First();
            var batch = next.Take(now);
            if (next.IsEmpty)
                _classes.Remove(priority);
            _waiting.Remove(batch);
            _walked[batch] = now;
            taken.Add(batch);
        }

        return taken;
    }

    /// <summary>About how many go before a batch; null if it is walked.</summary>
    public int? Place(BatchKey batch)
    {
        if (!_waiting.TryGetValue(batch, out var own))
            return _walked.ContainsKey(batch) ? null : Length;
        return _waiting.Values.Count(other => other.Bid.Priority > own.Bid.Priority
            || (other.Bid.Priority == own.Bid.Priority && other.Number < own.Number));
    }

    /// <summary>Forgets whom nobody has heard of for too long.</summary>
    /// <returns>Batches that were walked and are forgotten.</returns>
    public IReadOnlyList<BatchKey> Expire()
    {
        List<BatchKey> lost = [.. _walked.Where(walked => IsOver(walked.Value)).Select(walked => walked.Key)];
        foreach (var batch in lost)
            _walked.Remove(batch);
        foreach (var (batch, _) in _reserved.Where(reserved => IsOver(reserved.Value)).ToList())
            _reserved.Remove(batch);
        foreach (var waiting in _waiting.Values.Where(waiting => IsOver(waiting.Heard)).ToList())
            Withdraw(waiting.Bid.Key);
        return lost;
    }

    private long Level(KeyValuePair<int, PriorityClass> ofPriority) =>
        ofPriority.Key + (time.GetElapsedTime(ofPriority.Value.Since).Ticks / ageing.Ticks);

    private bool IsOver(long heard) => time.GetElapsedTime(heard) >= lease;

    private void Withdraw(BatchKey batch)
    {
        _reserved.Remove(batch);
        if (!_waiting.Remove(batch, out var waiting))
            return;
        var ofPriority = _classes[waiting.Bid.Priority];
        ofPriority.Remove(waiting.Bid.Submitter, batch);
        if (ofPriority.IsEmpty)
            _classes.Remove(waiting.Bid.Priority);
    }

    private sealed class Waiting(BatchBid bid, long number)
    {
        public BatchBid Bid => bid;

        /// <summary>How many had asked before it, ever.</summary>
        public long Number => number;

        public long Heard { get; set; }
    }
}
