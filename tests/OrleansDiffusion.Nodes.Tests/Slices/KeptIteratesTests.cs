using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Nodes.Slices;

namespace OrleansDiffusion.Nodes.Tests.Slices;

public sealed class KeptIteratesTests
{
    private readonly KeptIterates _kept = new();

    [Fact]
    public void The_latest_copy_of_a_node_is_kept_whenever_it_comes()
    {
        _kept.Keep(sweep: 4, [new NodeCopy(1, 0, new Iterates([4]))]);
        _kept.Keep(sweep: 3, [new NodeCopy(1, 0, new Iterates([3]))]);
        _kept.Keep(sweep: 3, [new NodeCopy(1, 1, new Iterates([33]))]);

        Assert.Equal([4], _kept.Find(1, 0)?.Bytes);
        Assert.Equal([33], _kept.Find(1, 1)?.Bytes);
        Assert.Null(_kept.Find(0, 0)?.Bytes);
    }

    [Fact]
    public void Copies_of_blocks_that_are_done_are_dropped()
    {
        _kept.Keep(sweep: 1, [new NodeCopy(1, 0, new Iterates([1]))]);
        _kept.Keep(sweep: 1, [new NodeCopy(2, 0, new Iterates([2]))]);

        _kept.DropBefore(2);

        Assert.Null(_kept.Find(1, 0)?.Bytes);
        Assert.Equal([2], _kept.Find(2, 0)?.Bytes);
    }
}
