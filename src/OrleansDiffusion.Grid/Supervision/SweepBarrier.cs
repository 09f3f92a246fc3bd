using OrleansDiffusion.Contracts.Sweeps;

namespace OrleansDiffusion.Grid.Supervision;

/// <summary>
/// Gathers what the slices say of a sweep. What is of another epoch or sweep, or was said before, changes nothing. Not
/// safe for concurrent use.
/// </summary>
internal sealed class SweepBarrier
{
    private TaskCompletionSource<IReadOnlyList<Moved>> _all = new();
    private Moved?[] _moved = [];
    private int _epoch;
    private int _sweep;
    private int _missing;

    /// <summary>Begins to wait for a sweep.</summary>
    /// <returns>What every slice said, in their order; fails with <see cref="SliceException"/> if one could not.</returns>
    public Task<IReadOnlyList<Moved>> Begin(int epoch, int sweep, int slices)
    {
        (_epoch, _sweep, _missing) = (epoch, sweep, slices);
        _moved = new Moved?[slices];
        _all = new TaskCompletionSource<IReadOnlyList<Moved>>(TaskCreationOptions.RunContinuationsAsynchronously);
        return _all.Task;
    }

    /// <summary>Takes a message in.</summary>
    public void Receive(SweepMessage message)
    {
        if (message.Epoch != _epoch || message.Sweep != _sweep)
            return;
        switch (message)
        {
            case Moved moved when (uint)moved.Slice < _moved.Length && _moved[moved.Slice] is null:
                _moved[moved.Slice] = moved;
                if (--_missing == 0)
                    _all.TrySetResult(_moved!);
                break;
            case SliceFailed failed:
                _all.TrySetException(new SliceException($"slice {failed.Slice}: {failed.Error}"));
                break;
            default:
                break;
        }
    }

    /// <summary>The slices that have said nothing yet.</summary>
    public IEnumerable<int> Missing => Enumerable.Range(0, _moved.Length).Where(slice => _moved[slice] is null);
}
