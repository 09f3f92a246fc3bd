using System.Runtime.InteropServices;
using Orleans.Streams;

namespace OrleansDiffusion.Streaming;

/// <summary>
/// A queue in memory: bounded in bytes, written from any thread, read by one pulling agent through a cursor for each
/// consumer. It is the agent's cache as well, so that a cursor finds all that has arrived by the time it looks.
/// </summary>
/// <remarks>
/// An item is delivered when the agent has been told of it and all cursors of its stream have passed it. Delivered items
/// give their room to whoever asks; some stay until then, for a consumer that subscribed but has no cursor yet.
/// </remarks>
internal sealed class SweepQueue
{
    private const int MostDeliveredShare = 8;    // of the queue's bytes
    private static readonly TimeSpan LongestDelivered = TimeSpan.FromSeconds(30);

    private readonly SweepStreamOptions _options;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<StreamId, QueuedStream> _streams = [];
    private readonly LinkedList<QueuedItem> _delivered = [];
    private readonly LinkedList<RoomRequest> _requests = [];
    private readonly List<QueuedStream> _unread = [];    // streams the agent was not told of since
    private readonly List<QueuedStream> _told = [];      // streams to look at when it has acted
    private TaskCompletionSource? _arrival;              // the agent waits for it
    private object? _reader;
    private bool _isMoving;
    private long _bytes;                                 // of all items
    private long _deliveredBytes;
    private long _last;                                  // sequence number of the newest item
    private long _read;                                  // the last item that the agent was told of
    private long _settled;                               // and has acted on

    public SweepQueue(SweepStreamOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;

        // Later than those of an earlier owner of the queue.
        _last = _read = _settled = time.GetUtcNow().UtcTicks;
    }

    /// <summary>Whether a pulling agent on this silo reads the queue.</summary>
    public bool IsRead => Volatile.Read(ref _reader) is not null;

    /// <summary>Bytes of items that not all consumers have.</summary>
    public long HeldBytes
    {
        get
        {
            lock (_gate)
                return _bytes - _deliveredBytes;
        }
    }

    /// <summary>Bytes in memory: those held, and those of delivered items that wait for their room to be needed.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
                return _bytes;
        }
    }

    /// <summary>Publishers that wait for room.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
                return _requests.Count;
        }
    }

    /// <summary>Whether this reader has the queue.</summary>
    public bool IsReadBy(object reader) => ReferenceEquals(Volatile.Read(ref _reader), reader);

    /// <summary>Queues an item if there is room.</summary>
    public PublishOutcome TryEnqueue(SweepItem item)
    {
        TaskCompletionSource? arrival;
        lock (_gate)
        {
            if (_isMoving)
                return PublishOutcome.Moving;
            if (!Fits(item.Bytes))
                return PublishOutcome.Full;
            while (_bytes + item.Bytes > _options.QueueBytes)
                Forget(_delivered.First!.Value);
            Add(item);
            arrival = TakeArrival();
        }

        arrival?.TrySetResult();
        return PublishOutcome.Accepted;
    }

    /// <summary>Completes when an item of that size may fit, when the queue moves, or after the time given.</summary>
    public async Task WhenRoom(long bytes, TimeSpan longest)
    {
        LinkedListNode<RoomRequest> request;
        lock (_gate)
        {
            if (_isMoving || (_requests.Count == 0 && Fits(bytes)))
                return;
            request = _requests.AddLast(new RoomRequest(bytes));
        }

        await request.Value.Granted.Task.WaitAsync(longest, _time)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        lock (_gate)
        {
            if (request.List is not null)
                _requests.Remove(request);
        }
    }

    /// <summary>The streams that have news, as containers without events; waits for some, none if none came in time.</summary>
    public async Task<IList<IBatchContainer>> ReadAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        Task arrival;
        lock (_gate)
        {
            if (_unread.Count > 0)
                return TakeNews();

            // No asynchronous continuations: the agent's go to its own scheduler anyway, and a detour costs time.
            arrival = (_arrival ??= new TaskCompletionSource()).Task;
        }

        await arrival.WaitAsync(longest, _time, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        lock (_gate)
            return TakeNews();
    }

    /// <summary>The agent has acted on all it was told of: what no cursor holds is delivered.</summary>
    public void Settle()
    {
        lock (_gate)
        {
            _settled = _read;
            foreach (var stream in _told)
                Release(stream);
            _told.Clear();
            while (_delivered.First is { } oldest && _time.GetElapsedTime(oldest.Value.DeliveredAt) > LongestDelivered)
                Forget(oldest.Value);
        }
    }

    /// <summary>A cursor for one more consumer, from an item on, or from the next that arrives.</summary>
    public SweepCursor OpenCursor(StreamId id, long? from)
    {
        lock (_gate)
        {
            var stream = StreamOf(id);
            var cursor = new SweepCursor(this, id, from ?? _read + 1);
            stream.Cursors.Add(cursor);
            for (var node = stream.FirstFrom(cursor.Held); node is not null; node = node.Next)
                Hold(node.Value);
            stream.FirstHeld = Math.Min(stream.FirstHeld, cursor.Held);
            return cursor;
        }
    }

    /// <summary>What has arrived for a cursor, up to the size of an item; null if nothing has.</summary>
    public SweepBatch? Advance(SweepCursor cursor)
    {
        lock (_gate)
        {
            cursor.Held = cursor.Next;
            if (!_streams.TryGetValue(cursor.Stream, out var stream))
                return null;
            Release(stream);
            if (stream.FirstFrom(cursor.Next) is not { } first)
                return null;

            var events = new List<object[]>();
            var sequences = new List<long>();
            var bytes = 0L;
            for (var node = first; node is not null; node = node.Next)
            {
                bytes += node.Value.Item.Bytes;
                if (bytes > _options.MaxItemBytes && events.Count > 0)
                    break;
                events.Add(node.Value.Item.Events);
                sequences.Add(node.Value.Sequence);
            }

            cursor.Next = sequences[^1] + 1;
            return new SweepBatch(stream.Id, sequences[^1], [.. events], [.. sequences]);
        }
    }

    /// <summary>A consumer is gone.</summary>
    public void Close(SweepCursor cursor)
    {
        TaskCompletionSource? arrival;
        lock (_gate)
        {
            if (!_streams.TryGetValue(cursor.Stream, out var stream) || !stream.Cursors.Remove(cursor))
                return;

            // Not released at once: an agent that stops closes all cursors, and the next one needs what they held.
            // An agent that goes on is woken, so that it settles now.
            _told.Add(stream);
            arrival = TakeArrival();
        }

        arrival?.TrySetResult();
    }

    /// <summary>A pulling agent of this silo reads the queue from now on, from the first item that was not delivered.</summary>
    public void Attach(object reader)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_reader, reader))
                return;
            Volatile.Write(ref _reader, reader);
            ForgetReader();
            foreach (var stream in _streams.Values)
            {
                stream.Unread = stream.FirstFrom(stream.FirstHeld)?.Value.Sequence;
                if (stream.Unread is null)
                    _told.Add(stream);
                else
                    _unread.Add(stream);
            }

            _read = _settled = _unread.Select(stream => stream.Unread!.Value - 1).DefaultIfEmpty(_last).Min();
        }
    }

    /// <summary>A pulling agent has stopped. The items stay for the next one.</summary>
    public void Detach(object reader)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_reader, reader))
                Volatile.Write(ref _reader, null);
        }
    }

    /// <summary>The queue's grain is on this silo: items are taken.</summary>
    public void Open()
    {
        lock (_gate)
            _isMoving = false;
    }

    /// <summary>
    /// Takes the oldest items that are not delivered out of the queue, which moves to another silo; none when there are
    /// none left. New ones are not taken any more.
    /// </summary>
    /// <param name="mostBytes">Where to stop, after the first item.</param>
    public SweepItem[] Leave(long mostBytes)
    {
        lock (_gate)
        {
            _isMoving = true;
            Volatile.Write(ref _reader, null);
            foreach (var request in _requests)
                request.Granted.TrySetResult();
            _requests.Clear();
            while (_delivered.First is { } delivered)
                Forget(delivered.Value);

            var left = new List<SweepItem>();
            var bytes = 0L;
            foreach (var item in _streams.Values.SelectMany(stream => stream.Items).OrderBy(item => item.Sequence).ToList())
            {
                bytes += item.Item.Bytes;
                if (bytes > mostBytes && left.Count > 0)
                    break;
                Remove(item);
                left.Add(item.Item);
            }

            if (left.Count == 0)
            {
                ForgetReader();
                _streams.Clear();
            }

            return [.. left];
        }
    }

    /// <summary>Queues what another silo has left, whether there is room or not: it has found room before.</summary>
    public void Append(IEnumerable<SweepItem> items)
    {
        lock (_gate)
        {
            foreach (var item in items)
                Add(item);
        }
    }

    private void Add(SweepItem item)
    {
        var stream = StreamOf(item.Stream);
        stream.Items.AddLast(new QueuedItem(item, stream, ++_last));
        _bytes += item.Bytes;
        if (stream.Unread is not null)
            return;
        stream.Unread = _last;
        _unread.Add(stream);
    }

    private IBatchContainer[] TakeNews()
    {
        var news = new IBatchContainer[_unread.Count];
        for (var i = 0; i < news.Length; i++)
        {
            news[i] = new SweepBatch(_unread[i].Id, _unread[i].Unread!.Value, [], []);
            _unread[i].Unread = null;
        }

        _told.AddRange(_unread);
        _unread.Clear();
        _read = _last;
        return news;
    }

    private TaskCompletionSource? TakeArrival()
    {
        var arrival = _arrival;
        _arrival = null;
        return arrival;
    }

    private bool Fits(long bytes) => _bytes - _deliveredBytes + bytes <= _options.QueueBytes;

    // What neither the agent nor a cursor of the stream may still need is delivered.
    private void Release(QueuedStream stream)
    {
        var firstHeld = _settled + 1;
        foreach (var cursor in CollectionsMarshal.AsSpan(stream.Cursors))
            firstHeld = Math.Min(firstHeld, cursor.Held);
        if (firstHeld > stream.FirstHeld)
        {
            for (var node = stream.FirstFrom(stream.FirstHeld); node?.Value.Sequence < firstHeld; node = node.Next)
                Deliver(node.Value);
            stream.FirstHeld = firstHeld;
            while (_deliveredBytes > _options.QueueBytes / MostDeliveredShare)
                Forget(_delivered.First!.Value);
            GrantRoom();
        }

        ForgetIfEmpty(stream);
    }

    private void Deliver(QueuedItem item)
    {
        item.DeliveredAt = _time.GetTimestamp();
        item.Delivered = _delivered.AddLast(item);
        _deliveredBytes += item.Item.Bytes;
    }

    private void Hold(QueuedItem item)
    {
        if (item.Delivered is null)
            return;
        _delivered.Remove(item.Delivered);
        item.Delivered = null;
        _deliveredBytes -= item.Item.Bytes;
    }

    private void Forget(QueuedItem item)
    {
        Hold(item);
        Remove(item);
        ForgetIfEmpty(item.Stream);
    }

    private void Remove(QueuedItem item)
    {
        item.Stream.Items.Remove(item);
        _bytes -= item.Item.Bytes;
    }

    private void ForgetIfEmpty(QueuedStream stream)
    {
        if (stream.Items.Count > 0 || stream.Cursors.Count > 0 || stream.Unread is not null)
            return;
        if (_streams.TryGetValue(stream.Id, out var current) && ReferenceEquals(current, stream))
            _streams.Remove(stream.Id);
    }

    private void ForgetReader()
    {
        _unread.Clear();
        _told.Clear();
        foreach (var stream in _streams.Values)
            stream.Cursors.Clear();
    }

    // First come, first served, as far as the room goes; who is woken tries again.
    private void GrantRoom()
    {
        var granted = 0L;
        while (_requests.First is { } request && Fits(granted + request.Value.Bytes))
        {
            granted += request.Value.Bytes;
            _requests.Remove(request);
            request.Value.Granted.TrySetResult();
        }
    }

    private QueuedStream StreamOf(StreamId id)
    {
        ref var stream = ref CollectionsMarshal.GetValueRefOrAddDefault(_streams, id, out _);
        return stream ??= new QueuedStream(id) { FirstHeld = _last + 1 };
    }

    /// <summary>Somebody who waits for room.</summary>
    private sealed class RoomRequest(long bytes)
    {
        public long Bytes { get; } = bytes;

        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
