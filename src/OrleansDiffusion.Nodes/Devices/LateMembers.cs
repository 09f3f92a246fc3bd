using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Nodes.Devices;

/// <summary>
/// How many members are still to come of groups that were answered without them, so that these wait for one another
/// and not for those that are answered already. Only the latest groups are known.
/// </summary>
internal sealed class LateMembers
{
    private const int Most = 1024;

    private readonly Dictionary<(IDenoiser Model, string Key), int> _missing = [];
    private readonly Queue<(IDenoiser Model, string Key)> _order = new();

    public void Expect(QueuedGroup group)
    {
        if (group.IsComplete)
            return;
        _missing[group.Key] = group.Missing;
        _order.Enqueue(group.Key);
        if (_order.Count > Most)
            _missing.Remove(_order.Dequeue());
    }

    /// <summary>Members that are to come of a group; forgets it.</summary>
    /// <returns>Their number, or that of the whole group if nothing is known of it.</returns>
    public int Take((IDenoiser Model, string Key) key, int size) => _missing.Remove(key, out var missing) ? missing : size;
}
