using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Nodes.Devices;

/// <summary>The members of a group that have come.</summary>
/// <param name="key">What they share.</param>
/// <param name="missing">How many are expected.</param>
/// <param name="began">When the first came, a timestamp.</param>
internal sealed class QueuedGroup((IDenoiser Model, string Key) key, int missing, long began)
{
    private readonly List<EvaluationRequest> _members = [];

    public (IDenoiser Model, string Key) Key => key;

    public IDenoiser Model => key.Model;

    public long Began => began;

    public IReadOnlyList<EvaluationRequest> Members => _members;

    /// <summary>How many are still to come.</summary>
    public int Missing { get; private set; } = missing;

    public bool IsComplete => Missing <= 0;

    public void Add(EvaluationRequest request)
    {
        _members.Add(request);
        Missing--;
    }

    /// <summary>Goes on without a member that had come; no other is expected for it.</summary>
    public void Remove(EvaluationRequest request) => _members.Remove(request);

    /// <summary>Goes on without a member that would have come.</summary>
    public void Shrink() => Missing--;
}
