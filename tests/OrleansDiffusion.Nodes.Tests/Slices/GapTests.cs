using OrleansDiffusion.Grid.Planning;
using OrleansDiffusion.Nodes.Slices;

namespace OrleansDiffusion.Nodes.Tests.Slices;

public sealed class GapTests
{
    // Blocks of four nodes, split over the silos.
    private static readonly NodeLayout Split = new([4, 4, 4], pointsPerNode: 1, lookahead: 1, [1, 1]);

    // Blocks of two nodes, to each silo in turn.
    private static readonly NodeLayout InTurn = new([2, 2, 2], pointsPerNode: 1, lookahead: 3, [1, 1, 1]);

    [Fact]
    public void A_gap_lies_between_what_the_others_hold()
    {
        var gaps = Gap.Find(Split, 0, 2, [true, false]).ToList();

        Assert.Equal(2, gaps.Count);
        Assert.Equal([(0, 2), (0, 3)], gaps[0].Nodes);
        Assert.Equal((0, 1), gaps[0].Before);
        Assert.Equal((1, 0), gaps[0].Behind);
        Assert.Equal([(1, 2), (1, 3)], gaps[1].Nodes);
        Assert.Equal((1, 1), gaps[1].Before);
        Assert.Null(gaps[1].Behind);
    }

    [Fact]
    public void A_gap_at_the_begin_has_nothing_before_it()
    {
        var gap = Gap.Find(Split, 1, 2, [false, true]).Single();

        Assert.Equal([(1, 0), (1, 1)], gap.Nodes);
        Assert.Null(gap.Before);
        Assert.Equal((1, 2), gap.Behind);
    }

    [Fact]
    public void A_gap_goes_over_blocks()
    {
        var gap = Gap.Find(InTurn, 0, 3, [false, false, true]).Single();

        Assert.Equal([(0, 0), (0, 1), (1, 0), (1, 1)], gap.Nodes);
        Assert.Equal((2, 0), gap.Behind);
    }

    [Fact]
    public void Where_all_are_there_is_no_gap() => Assert.Empty(Gap.Find(InTurn, 0, 3, [true, true, true]));
}
