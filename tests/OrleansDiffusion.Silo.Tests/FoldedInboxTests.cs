using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Nodes.Slices;

namespace OrleansDiffusion.Silo.Tests;

public sealed class FoldedInboxTests
{
    private readonly FoldedInbox _inbox = new();

    [Fact]
    public async Task Maps_are_handed_out_by_phase_block_and_slice_whether_they_come_before_or_after_they_are_asked_for()
    {
        _inbox.Begin(1, firstOpen: 0);
        var first = Map(slice: 0);
        var (map0, map1, next, roll) = (new byte[1], new byte[1], new byte[1], new byte[1]);

        Assert.False(first.IsCompleted);
        _inbox.Receive(Folded(1, 1, FoldPhase.Sweep, map1));
        _inbox.Receive(Folded(1, 0, FoldPhase.Roll, roll));
        _inbox.Receive(Folded(1, 0, FoldPhase.Sweep, map0, next));

        Assert.Same(map0, await first);
        Assert.Same(map1, await Map(slice: 1));
        Assert.Same(next, await Map(slice: 0, block: 1));
        Assert.Same(roll, await _inbox.From(FoldPhase.Roll, block: 0, slice: 0));
    }

    [Fact]
    public async Task Repeated_maps_change_nothing()
    {
        _inbox.Begin(1, firstOpen: 0);
        var map = new byte[1];
        _inbox.Receive(Folded(1, 0, FoldPhase.Sweep, map));
        _inbox.Receive(Folded(1, 0, FoldPhase.Sweep, new byte[1]));

        Assert.Same(map, await Map(slice: 0));
    }

    [Fact]
    public void Maps_of_a_sweep_that_is_over_are_not_those_of_the_next()
    {
        _inbox.Begin(1, firstOpen: 0);
        _inbox.Receive(Folded(1, 0, FoldPhase.Sweep, new byte[1]));
        _inbox.Begin(2, firstOpen: 0);
        _inbox.Receive(Folded(1, 0, FoldPhase.Sweep, new byte[1]));

        Assert.False(Map(slice: 0).IsCompleted);
    }

    [Fact]
    public async Task Maps_of_the_sweep_to_come_are_kept()
    {
        _inbox.Begin(1, firstOpen: 0);
        var next = new byte[1];
        _inbox.Receive(Folded(2, 0, FoldPhase.Sweep, next));
        Assert.False(Map(slice: 0).IsCompleted);

        _inbox.Begin(2, firstOpen: 0);

        Assert.Same(next, await Map(slice: 0));
    }

    [Fact]
    public async Task Roll_of_a_block_is_kept_until_the_block_is_done()
    {
        _inbox.Begin(1, firstOpen: 0);
        var roll = new byte[1];
        _inbox.Receive(Folded(1, 0, FoldPhase.Roll, new byte[1], roll));

        _inbox.Begin(5, firstOpen: 1);

        Assert.Same(roll, await _inbox.From(FoldPhase.Roll, block: 1, slice: 0));
        _inbox.Begin(6, firstOpen: 2);
        _inbox.Receive(Folded(5, 0, FoldPhase.Roll, new byte[1], roll));
        Assert.False(_inbox.From(FoldPhase.Roll, block: 1, slice: 0).IsCompleted);
    }

    private Task<byte[]> Map(int slice, int block = 0) => _inbox.From(FoldPhase.Sweep, block, slice);

    private static Folded Folded(int sweep, int slice, FoldPhase phase, params byte[][] ofBlocks) =>
        new(1, sweep, slice, phase, [.. ofBlocks.Select((map, block) => new FoldedRun(block, map))]);
}
