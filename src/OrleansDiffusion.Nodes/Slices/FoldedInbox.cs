using OrleansDiffusion.Contracts.Sweeps;

namespace OrleansDiffusion.Nodes.Slices;

/// <summary>
/// The maps that other slices published, until they are asked for. They may come before this slice is told to make their
/// sweep; repeated ones and those of sweeps that are over change nothing. Not safe for concurrent use.
/// </summary>
internal sealed class FoldedInbox
{
    private readonly Dictionary<(int Sweep, FoldPhase Phase, int Slice), TaskCompletionSource<Folded>> _maps = [];
    private int _sweep;

    /// <summary>Begins a sweep: what is older is dropped.</summary>
    public void Begin(int sweep)
    {
        _sweep = sweep;
        foreach (var key in _maps.Keys.Where(key => key.Sweep < sweep).ToList())
            _maps.Remove(key);
    }

    /// <summary>Takes maps in.</summary>
    public void Receive(Folded folded)
    {
        if (folded.Sweep >= _sweep)
            Slot(folded.Sweep, folded.Phase, folded.Slice).TrySetResult(folded);
    }

    /// <summary>The maps of a slice in the sweep that was begun.</summary>
    public Task<Folded> From(FoldPhase phase, int slice) => Slot(_sweep, phase, slice).Task;

    private TaskCompletionSource<Folded> Slot(int sweep, FoldPhase phase, int slice)
    {
        if (!_maps.TryGetValue((sweep, phase, slice), out var slot))
        {
            slot = new TaskCompletionSource<Folded>(TaskCreationOptions.RunContinuationsAsynchronously);
            _maps.Add((sweep, phase, slice), slot);
        }

        return slot;
    }
}
