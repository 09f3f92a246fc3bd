using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Nodes.Slices;

namespace OrleansDiffusion.Silo.Tests;

public sealed class FoldedInboxTests
{
    private readonly FoldedInbox _inbox = new();

    [Fact]
    public async Task Maps_are_handed_out_by_phase_and_slice_whether_they_come_before_or_after_they_are_asked_for()
    {
        _inbox.Begin(1);
        var first = _inbox.From(FoldPhase.Sweep, 0);
        var (map0, map1, start) = (Folded(1, 0), Folded(1, 1), Folded(1, 0, FoldPhase.Start));

        Assert.False(first.IsCompleted);
        _inbox.Receive(map1);
        _inbox.Receive(start);
        _inbox.Receive(map0);

        Assert.Same(map0, await first);
        Assert.Same(map1, await _inbox.From(FoldPhase.Sweep, 1));
        Assert.Same(start, await _inbox.From(FoldPhase.Start, 0));
    }

    [Fact]
    public async Task Repeated_maps_change_nothing()
    {
        _inbox.Begin(1);
        var map = Folded(1, 0);
        _inbox.Receive(map);
        _inbox.Receive(Folded(1, 0));

        Assert.Same(map, await _inbox.From(FoldPhase.Sweep, 0));
    }

    [Fact]
    public void Maps_of_a_sweep_that_is_over_are_not_those_of_the_next()
    {
        _inbox.Begin(1);
        _inbox.Receive(Folded(1, 0));
        _inbox.Begin(2);
        _inbox.Receive(Folded(1, 0));

        Assert.False(_inbox.From(FoldPhase.Sweep, 0).IsCompleted);
    }

    [Fact]
    public async Task Maps_of_the_sweep_to_come_are_kept()
    {
        _inbox.Begin(1);
        var next = Folded(2, 0);
        _inbox.Receive(next);
        Assert.False(_inbox.From(FoldPhase.Sweep, 0).IsCompleted);

        _inbox.Begin(2);

        Assert.Same(next, await _inbox.From(FoldPhase.Sweep, 0));
    }

    private static Folded Folded(int sweep, int slice, FoldPhase phase = FoldPhase.Sweep) => new(1, sweep, slice, phase, []);
}
