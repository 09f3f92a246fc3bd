using OrleansDiffusion.Nodes.Slices;

namespace OrleansDiffusion.Nodes.Tests.Slices;

public sealed class KeptIteratesTests
{
    private readonly KeptIterates _kept = new();

    [Fact]
    public void The_latest_copy_of_a_node_is_kept_whenever_it_comes()
    {
        _kept.Keep(sweep: 4, block: 1, node: 0, [4]);
        _kept.Keep(sweep: 3, block: 1, node: 0, [3]);
        _kept.Keep(sweep: 3, block: 1, node: 1, [33]);

        Assert.Equal([4], _kept.Find(1, 0));
        Assert.Equal([33], _kept.Find(1, 1));
        Assert.Null(_kept.Find(0, 0));
    }

    [Fact]
    public void Copies_of_blocks_that_are_done_are_dropped()
    {
        _kept.Keep(sweep: 1, block: 1, node: 0, [1]);
        _kept.Keep(sweep: 1, block: 2, node: 0, [2]);

        _kept.DropBefore(2);

        Assert.Null(_kept.Find(1, 0));
        Assert.Equal([2], _kept.Find(2, 0));
    }
}
