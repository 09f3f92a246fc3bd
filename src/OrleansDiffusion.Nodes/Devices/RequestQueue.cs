using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Nodes.Devices;

/// <summary>
/// What is asked of a device and not yet being answered, by groups; decides what is answered next. Groups of a model are
/// answered together as soon as all that have begun are complete, or the first of them has waited long enough, or the
/// queue is full. Models take turns, in the order in which their groups began.
/// </summary>
/// <remarks>Not safe for concurrent use.</remarks>
/// <param name="mostQueued">Most requests in groups; others wait for room, in their order.</param>
/// <param name="groupWait">How long a group waits for its members, and for other groups.</param>
/// <param name="time">The time.</param>
internal sealed class RequestQueue(int mostQueued, TimeSpan groupWait, TimeProvider time)
{
    private readonly List<QueuedGroup> _groups = []; // in the order in which they began
    private readonly Dictionary<(IDenoiser Model, string Key), QueuedGroup> _groupOf = [];
    private readonly LinkedList<EvaluationRequest> _waiting = new();
    private readonly LateMembers _late = new();
    private int _queued;

    /// <summary>Requests, with those that wait for room.</summary>
    public int Count => _queued + _waiting.Count;

    /// <summary>How long it may be until there is something to answer though nothing comes; null if nothing waits.</summary>
    public TimeSpan? UntilNext => _groups.Count == 0 ? null : groupWait - time.GetElapsedTime(_groups[0].Began);

    private bool IsFull => _queued >= mostQueued;

    /// <summary>Takes a request in.</summary>
    public void Add(EvaluationRequest request)
    {
        if (IsFull)
        {
            _waiting.AddLast(request);
            request.State = RequestState.Waiting;
        }
        else
        {
            GroupFor(request).Add(request);
            request.State = RequestState.Queued;
            _queued++;
        }
    }

    /// <summary>Takes a request out that was cancelled; its group goes on without it.</summary>
    public void Remove(EvaluationRequest request)
    {
        var group = GroupFor(request);
        if (request.State == RequestState.Queued)
        {
            group.Remove(request);
            _queued--;
        }
        else
        {
            _waiting.Remove(request);
            group.Shrink();
        }

        request.State = RequestState.Done;
        if (group.Members.Count == 0)
            Close(group);
        Admit();
    }

    /// <summary>Takes the groups out that are to be answered next, together.</summary>
    /// <returns>Groups of one model; none if there is nothing to do yet.</returns>
    public IReadOnlyList<QueuedGroup> Take()
    {
        var next = Next();
        foreach (var group in next)
        {
            _queued -= group.Members.Count;
            Close(group);
        }

        Admit();
        return next;
    }

    /// <summary>Takes all requests out.</summary>
    public IReadOnlyList<EvaluationRequest> Clear()
    {
        EvaluationRequest[] all = [.. _groups.SelectMany(group => group.Members), .. _waiting];
        _groups.Clear();
        _groupOf.Clear();
        _waiting.Clear();
        _queued = 0;
        return all;
    }

    private List<QueuedGroup> Next()
    {
        foreach (var ofModel in _groups.GroupBy(group => group.Model))
        {
            var ready = Ready([.. ofModel]);
            if (ready.Count > 0)
                return ready;
        }

        return IsFull ? FromFull() : [];
    }

    private List<QueuedGroup> Ready(List<QueuedGroup> ofModel)
    {
        if (ofModel.TrueForAll(group => group.IsComplete))
            return ofModel;
        return HasWaited(ofModel[0]) ? ofModel.FindAll(group => group.IsComplete || HasWaited(group)) : [];
    }

    // What is missing may be what waits for room: complete groups make some, else incomplete ones have to.
    private List<QueuedGroup> FromFull()
    {
        var first = _groups.Find(group => group.IsComplete) ?? _groups[0];
        return _groups.FindAll(group => group.Model == first.Model && group.IsComplete == first.IsComplete);
    }

    private bool HasWaited(QueuedGroup group) => time.GetElapsedTime(group.Began) >= groupWait;

    private QueuedGroup GroupFor(EvaluationRequest request)
    {
        var key = (request.Model, request.Group.Key);
        if (_groupOf.TryGetValue(key, out var group))
            return group;
        group = new QueuedGroup(key, _late.Take(key, request.Group.Size), time.GetTimestamp());
        _groupOf.Add(key, group);
        _groups.Add(group);
        return group;
    }

    private void Close(QueuedGroup group)
    {
        _groups.Remove(group);
        _groupOf.Remove(group.Key);
        _late.Expect(group);
    }

    private void Admit()
    {
        while (!IsFull && _waiting.First is { Value: var request })
        {
            _waiting.RemoveFirst();
            Add(request);
        }
    }
}
