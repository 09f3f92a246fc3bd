using OrleansDiffusion.Contracts.Sweeps;

namespace OrleansDiffusion.Nodes.Slices;

/// <summary>
/// The maps that other slices published, until they are asked for. They may come before this slice is told to make their
/// sweep; repeated ones and those of sweeps and blocks that are over change nothing. Not safe for concurrent use.
/// </summary>
internal sealed class FoldedInbox
{
    // A roll is of no sweep.
    private const int NoSweep = 0;

    private readonly Dictionary<(FoldPhase Phase, int Sweep, int Block, int Slice), TaskCompletionSource<byte[]>> _maps = [];
    private int _sweep;
    private int _firstOpen;

    /// <summary>Begins a sweep: what is older is dropped, but for the rolls of blocks that are open.</summary>
    public void Begin(int sweep, int firstOpen)
    {
        (_sweep, _firstOpen) = (sweep, firstOpen);
        foreach (var key in _maps.Keys.Where(key => IsOver(key.Phase, key.Sweep, key.Block)).ToList())
            _maps.Remove(key);
    }

    /// <summary>Takes maps in.</summary>
    public void Receive(Folded folded)
    {
        foreach (var run in folded.Runs.Where(run => !IsOver(folded.Phase, folded.Sweep, run.Block)))
            Slot(folded.Phase, folded.Sweep, run.Block, folded.Slice).TrySetResult(run.Map);
    }

    /// <summary>The map of a slice over its nodes of a block: of their roll, or in the sweep that was begun.</summary>
    public Task<byte[]> From(FoldPhase phase, int block, int slice) => Slot(phase, _sweep, block, slice).Task;

    private bool IsOver(FoldPhase phase, int sweep, int block) =>
        block < _firstOpen || (phase == FoldPhase.Sweep && sweep < _sweep);

    private TaskCompletionSource<byte[]> Slot(FoldPhase phase, int sweep, int block, int slice)
    {
        var key = (phase, phase == FoldPhase.Sweep ? sweep : NoSweep, block, slice);
        if (!_maps.TryGetValue(key, out var slot))
        {
            slot = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
            _maps.Add(key, slot);
        }

        return slot;
    }
}
