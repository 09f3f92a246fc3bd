using OrleansDiffusion.Grid.Planning;

namespace OrleansDiffusion.Grid.Tests.Planning;

public sealed class NodeLayoutTests
{
    public static TheoryData<int[], int, int, int[]> Layouts()
    {
        var layouts = new TheoryData<int[], int, int, int[]>();
        foreach (var blocks in new int[][] { [1], [7], [23, 14], [10, 10, 10, 7], [1, 64, 3] })
        {
            foreach (var points in new[] { 1, 3, 8, 100 })
            {
                foreach (var lookahead in new[] { 1, 2, 4 })
                {
                    foreach (var weights in new int[][] { [1], [1, 1], [1, 1, 1], [1, 3], [2, 1, 1], [1, 1, 1, 1] })
                        layouts.Add(blocks, points, lookahead, weights);
                }
            }
        }

        return layouts;
    }

    [Theory]
    [MemberData(nameof(Layouts), DisableDiscoveryEnumeration = true)]
    public void Every_step_is_in_one_node_and_every_node_in_one_slice(int[] blocks, int points, int lookahead, int[] weights)
    {
        var layout = new NodeLayout([.. blocks], points, lookahead, [.. weights]);

        Assert.Equal(weights.Length, layout.Slices);
        for (var block = 0; block < blocks.Length; block++)
        {
            var nodes = layout.Nodes(block);
            var steps = Enumerable.Range(0, nodes).Select(node => layout.Steps(block, node)).ToList();
            Assert.Equal(Enumerable.Range(0, blocks[block]), steps.SelectMany(node => Enumerable.Range(node.First, node.Count)));
            Assert.All(steps, node => Assert.InRange(node.Count, 1, points));
            Assert.InRange(steps.Max(node => node.Count) - steps.Min(node => node.Count), 0, 1);
            for (var step = 0; step < blocks[block]; step++)
                Assert.InRange(step - steps[layout.NodeOf(block, step)].First, 0, steps[layout.NodeOf(block, step)].Count - 1);

            var runs = Enumerable.Range(0, layout.Slices).Select(slice => layout.Run(block, slice)).ToList();
            Assert.Equal(Enumerable.Range(0, nodes), runs.SelectMany(run => Enumerable.Range(run.First, run.Count)));
            Assert.Equal(Enumerable.Range(0, runs.Count).Where(slice => runs[slice].Count > 0), layout.SlicesOf(block));
        }
    }

    [Theory]
    [InlineData(new[] { 1, 1 }, new[] { 4, 4 })]
    [InlineData(new[] { 1, 3 }, new[] { 2, 6 })]
    [InlineData(new[] { 2, 1, 1 }, new[] { 4, 2, 2 })]
    [InlineData(new[] { 1, 1, 1 }, new[] { 2, 3, 3 })]
    public void Slices_take_nodes_by_their_weight(int[] weights, int[] nodes)
    {
        var layout = new NodeLayout([8], 1, 1, [.. weights]);

        Assert.Equal(nodes, Enumerable.Range(0, weights.Length).Select(slice => layout.Run(0, slice).Count));
    }

    [Fact]
    public void Blocks_go_to_slices_in_turn_by_weight_where_as_many_are_open_as_there_are_devices()
    {
        var layout = new NodeLayout([4, 4, 4, 4, 4, 4], 1, lookahead: 3, weights: [2, 1]);

        Assert.Equal([0, 0, 1, 0, 0, 1], Enumerable.Range(0, 6).Select(block => Assert.Single(layout.SlicesOf(block))));
    }

    [Theory]
    [InlineData(2, 6)]  // fewer are open than there are devices
    [InlineData(3, 2)]  // there are fewer than devices
    public void Blocks_are_split_over_the_slices_where_some_would_have_none(int lookahead, int blocks)
    {
        var layout = new NodeLayout([.. Enumerable.Repeat(6, blocks)], 1, lookahead, [1, 1, 1]);

        Assert.All(Enumerable.Range(0, blocks), block => Assert.Equal([0, 1, 2], layout.SlicesOf(block)));
    }

    [Fact]
    public void Slices_without_a_node_are_left_out()
    {
        var layout = new NodeLayout([2], 1, 1, [1, 1, 1, 1]);

        Assert.Equal(2, layout.SlicesOf(0).Count());
        Assert.Equal(2, layout.Nodes(0));
    }

    [Fact]
    public void Slices_keep_one_anothers_iterates_in_a_ring()
    {
        Assert.Equal([1, 2, 0], Enumerable.Range(0, 3).Select(slice => Of([1, 2, 1]).KeeperOf(slice)));
        Assert.Null(Of([4]).KeeperOf(0));

        static NodeLayout Of(int[] weights) => new([10], pointsPerNode: 1, lookahead: 1, [.. weights]);
    }
}
