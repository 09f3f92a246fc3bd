using OrleansDiffusion.Contracts.Batches;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid.Planning;
using OrleansDiffusion.Grid.Supervision;

namespace OrleansDiffusion.Grid.Tests.Supervision;

public sealed class SweepHistoryTests
{
    private static readonly BatchAssignment Batch = new(
        new BatchKey("job", 0), new SamplingRequest { Model = "model" },
        new JobOutline
        {
            Model = "model", Shape = [2], StepsOfBlocks = [6, 4], Batch = 3, Lookahead = 1, PointsPerNode = 2, DataVariance = 1,
            Sensitivity = 1,
        },
        FirstSample: 6, Samples: 3);

    private readonly SweepHistory _history = new(Batch);

    [Fact]
    public void A_reader_that_comes_back_gets_every_sweep_and_epoch_once()
    {
        Begin(1, EpochReason.Start, sweep: 0);
        AddSweeps(epoch: 1, 1..3);
        var first = _history.Since(null);
        var nothing = _history.Since(first.Next);
        AddSweeps(epoch: 1, 4..4);
        Begin(2, EpochReason.SiloJoined, sweep: 4);
        var second = _history.Since(nothing.Next);
        AddSweeps(epoch: 2, 5..6);
        _history.End();
        var third = _history.Since(second.Next);

        Assert.Equal((6, 3), (first.FirstSample, first.Samples));
        Assert.Equal([1, 2, 3], first.Sweeps.Select(sweep => sweep.Sweep));
        Assert.Equal([1], first.Epochs.Select(epoch => epoch.Number));
        Assert.Equal((0, 0), (nothing.Sweeps.Length, nothing.Epochs.Length));
        Assert.Equal([4], second.Sweeps.Select(sweep => sweep.Sweep));
        Assert.Equal([2], second.Epochs.Select(epoch => epoch.Number));
        Assert.Equal([5, 6], third.Sweeps.Select(sweep => sweep.Sweep));
        Assert.Empty(third.Epochs);
        Assert.Equal((false, false, false, true), (first.IsOver, nothing.IsOver, second.IsOver, third.IsOver));
    }

    [Fact]
    public void Sweeps_that_another_supervisor_makes_again_are_told_again_in_their_epoch()
    {
        Begin(1001, EpochReason.Recovery, sweep: 5); // the supervisor before had told of sweep 9 in epoch 2
        AddSweeps(epoch: 1001, 6..7);

        var page = _history.Since(new SweepPosition(2, 9));

        Assert.Equal([1001], page.Epochs.Select(epoch => epoch.Number));
        Assert.Equal([6, 7], page.Sweeps.Select(sweep => sweep.Sweep));
        Assert.Equal(new SweepPosition(1001, 7), page.Next);
    }

    [Fact]
    public void Pages_of_a_long_history_follow_one_another_without_a_gap()
    {
        Begin(1, EpochReason.Start, sweep: 0);
        AddSweeps(epoch: 1, 1..200);
        Begin(2, EpochReason.Recovery, sweep: 200);
        AddSweeps(epoch: 2, 201..300);
        _history.End();
        var (sweeps, epochs, position, isOver) = (new List<int>(), new List<int>(), (SweepPosition?)null, false);

        while (!isOver)
        {
            var page = _history.Since(position);
            Assert.InRange(page.Sweeps.Length, 1, SweepPage.MostSweeps);
            Assert.All(page.Sweeps, sweep => Assert.Contains(sweep.Epoch, epochs.Concat(page.Epochs.Select(epoch => epoch.Number))));
            sweeps.AddRange(page.Sweeps.Select(sweep => sweep.Sweep));
            epochs.AddRange(page.Epochs.Select(epoch => epoch.Number));
            (position, isOver) = (page.Next, page.IsOver);
        }

        Assert.Equal(Enumerable.Range(1, 300), sweeps);
        Assert.Equal([1, 2], epochs);
    }

    [Theory]
    [InlineData(8, 0)]
    [InlineData(1024, 0)]
    [InlineData(1024, 5000)]
    [InlineData(0, 1_000_000)]
    public void Memory_is_bounded_whatever_a_sweep_says_and_the_last_one_is_always_kept(int residuals, int accepted)
    {
        Begin(1, EpochReason.Start, sweep: 0);
        var usual = new SweepRecord(0, 1, 0, [new float[residuals]], [.. new AcceptedBlock[accepted]], 0, 0);
        for (var sweep = 1; sweep <= 2000; sweep++)
            _history.Add(usual with { Sweep = sweep });

        var kept = Kept();

        Assert.Equal(2000, kept[^1].Sweep);
        Assert.InRange(kept.Count, 1, SweepHistory.MostSweeps);
        Assert.True(
            kept.Count == 1 || kept.Count * (residuals + (2L * accepted)) <= SweepHistory.MostNumbers, $"{kept.Count} are kept");
        Assert.Equal(Enumerable.Range(2001 - kept.Count, kept.Count), kept.Select(sweep => sweep.Sweep));
    }

    [Fact]
    public void An_epoch_says_who_holds_every_node()
    {
        _history.Begin(
            new EpochRecord(1, EpochReason.Start, null, 0, ["a", "b"], []), new NodeLayout([6, 4], 2, 1, [1, 2]));

        var nodes = Assert.Single(_history.Since(null).Epochs).Nodes;

        // Three nodes and two, in the proportion of one to two.
        Assert.Equal(
            [new HeldNodes(0, 0, 0, 1), new HeldNodes(0, 1, 1, 2), new HeldNodes(1, 1, 0, 2)], nodes);
    }

    [Fact]
    public void Residuals_of_slices_stand_in_the_order_of_the_nodes()
    {
        var layout = new NodeLayout([6, 6], 1, 1, [1, 1]);
        Moved[] moved =
        [
            Says(0, [[0.1f, 0.2f, 0.3f], []]),
            Says(1, [[0.4f, float.PositiveInfinity, 0.6f], []]),
        ];

        var residuals = NodeResiduals.Of(layout, firstOpen: 0, blocks: 2, moved, most: 100);

        Assert.Equal([0.1f, 0.2f, 0.3f, 0.4f, float.PositiveInfinity, 0.6f], residuals[0]);
        Assert.Empty(residuals[1]); // not swept
    }

    [Fact]
    public void Of_very_many_nodes_the_largest_of_some_is_told()
    {
        var layout = new NodeLayout([10_000], 1, 1, [1]);
        var updates = Enumerable.Range(0, 10_000).Select(node => node == 7777 ? 5f : 1f).ToArray();

        var residuals = Assert.Single(NodeResiduals.Of(layout, 0, 1, [Says(0, [updates])], SweepHistory.MostResiduals));

        Assert.Equal(SweepHistory.MostResiduals, residuals.Length);
        Assert.Equal(7777 * SweepHistory.MostResiduals / 10_000, Array.IndexOf(residuals, 5f));
        Assert.Equal(1, residuals.Count(residual => residual != 1));
    }

    [Fact]
    public void A_silo_of_an_older_version_says_nothing_of_its_nodes() => Assert.Empty(Assert.Single(
        NodeResiduals.Of(new NodeLayout([4], 1, 1, [1]), 0, 1, [Says(0, default)], most: 100)));

    private static Moved Says(int slice, System.Collections.Immutable.ImmutableArray<float[]> nodes) =>
        new(1, 1, slice, [[1], [1]], [], 0, 0, TimeSpan.Zero, 1, nodes);

    private void Begin(int number, EpochReason reason, int sweep) => _history.Begin(
        new EpochRecord(number, reason, null, sweep, ["a"], []), new NodeLayout([6, 4], 2, 1, [1]));

    private void AddSweeps(int epoch, Range sweeps)
    {
        for (var sweep = sweeps.Start.Value; sweep <= sweeps.End.Value; sweep++)
            _history.Add(new SweepRecord(sweep, epoch, 0, [[0.5f]], [], 0, 0));
    }

    private List<SweepRecord> Kept()
    {
        var kept = new List<SweepRecord>();
        for (var page = _history.Since(null); page.Sweeps.Length > 0; page = _history.Since(page.Next))
            kept.AddRange(page.Sweeps);
        return kept;
    }
}
