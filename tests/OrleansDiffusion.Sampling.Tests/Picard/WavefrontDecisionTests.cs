using OrleansDiffusion.Sampling.Picard;

namespace OrleansDiffusion.Sampling.Tests.Picard;

/// <summary>What the wavefront decides, told nothing but how far samples moved.</summary>
public sealed class WavefrontDecisionTests
{
    private const double Tolerance = 1e-3;
    private const double Done = 0;
    private const double Moving = 1;

    [Fact]
    public void It_begins_with_the_first_blocks_of_all_samples_in_timeline_order()
    {
        var front = Front(samples: 2, blocks: 5, lookahead: 3);

        Assert.Equal([(0, 0), (1, 0), (0, 1), (1, 1), (0, 2), (1, 2)], front.Entered);
        Assert.Empty(front.Accepted);
        Assert.Equal((0, 3), (front.FirstOpen, front.OpenEnd));
        Assert.False(front.IsDone);
    }

    [Fact]
    public void Blocks_that_are_done_together_are_accepted_in_order_and_as_many_are_entered()
    {
        var front = Front(samples: 1, blocks: 6, lookahead: 3);

        Sweep(front, (_, block) => block < 2 ? Done : Moving);

        Assert.Equal([(0, 0), (0, 1)], front.Accepted);
        Assert.Equal([(0, 3), (0, 4)], front.Entered);
        Assert.Equal((2, 5), (front.FirstOpen, front.OpenEnd));
        Assert.Equal(2, front.Lead(0));
        Assert.Equal(1, front.Sweeps(0, 2));
        Assert.Equal(0, front.Sweeps(0, 4));
    }

    [Fact]
    public void A_front_that_goes_on_from_another_decides_as_that_does()
    {
        var front = Front(samples: 3, blocks: 6, lookahead: 2);
        Sweep(front, (sample, block) => sample == 0 && block == 0 ? Done : Moving);
        front.NotFinite(sample: 2, block: 0, step: 1);
        Sweep(front, (sample, block) => sample == 0 && block == 1 ? Done : Moving);
        var heir = Front(samples: 3, blocks: 6, lookahead: 2);

        heir.Resume([2, 0, 0], front.Sweep, front.SweepsPerBlock, front.MaxResidual, front.Lost);
        front.Restart();

        Assert.Equal((front.FirstOpen, front.OpenEnd, front.Sweep), (heir.FirstOpen, heir.OpenEnd, heir.Sweep));
        Assert.Equal(front.Entered, heir.Entered);
        Assert.Equal([(2, 0, 1)], heir.Lost);
        while (!front.IsDone)
        {
            Sweep(front, (sample, _) => sample == front.Sweep % 2 ? Done : Moving);
            Sweep(heir, (sample, _) => sample == heir.Sweep % 2 ? Done : Moving);
            Assert.Equal(front.Accepted, heir.Accepted);
            Assert.Equal(front.Entered, heir.Entered);
        }

        Assert.True(heir.IsDone);
        Assert.Equal(front.SweepsPerBlock, heir.SweepsPerBlock);
        Assert.Equal(front.MaxResidual, heir.MaxResidual);
    }

    [Fact]
    public void A_front_that_has_begun_or_another_timeline_is_not_gone_on_from()
    {
        var front = Front(samples: 1, blocks: 3, lookahead: 1);

        Assert.Throws<ArgumentOutOfRangeException>(() => front.Resume([4], 0, [1, 1, 1], 0, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => front.Resume([1], 0, [1, 1], 0, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => front.Resume([1, 1], 0, [1, 1, 1], 0, []));
        Sweep(front, (_, _) => Moving);
        Assert.Throws<InvalidOperationException>(() => front.Resume([1], 1, [1, 0, 0], 0, []));
    }

    [Fact]
    public void A_block_ahead_is_not_done_before_those_it_follows()
    {
        var front = Front(samples: 1, blocks: 3, lookahead: 2);

        Sweep(front, (_, block) => block == 0 ? Moving : Done);

        Assert.Empty(front.Accepted);
        Assert.Empty(front.Entered);
        Assert.Equal(0, front.Lead(0));
    }

    // All that moves no more is done, but for the blocks that were swept by a few of their points.
    [Fact]
    public void No_block_is_done_before_it_was_swept_at_all_points()
    {
        var front = Front(samples: 1, blocks: 20, lookahead: 2, scouts: 8);

        Assert.Equal(10, front.OpenEnd);
        Assert.Equal(
            [
                Scouting.None, Scouting.None, Scouting.Third, Scouting.Third, .. Enumerable.Repeat(Scouting.Point, 6),
            ],
            Enumerable.Range(0, 10).Select(block => front.Scouted(block)[0]));
        Sweep(front, (_, _) => Done);

        Assert.Equal([(0, 0), (0, 1)], front.Accepted);
        Assert.Equal(Scouting.None, front.Scouted(3)[0]);
        Assert.Equal(Scouting.Third, front.Scouted(4)[0]);
        Assert.Equal([(0, 10), (0, 11)], front.Entered);
    }

    [Fact]
    public void A_block_is_exact_after_as_many_sweeps_from_its_final_entry_as_it_has_steps()
    {
        var front = Front(samples: 1, blocks: 2, lookahead: 1, steps: 3);
        var sweeps = 0;
        for (; !front.IsDone; sweeps++)
            Sweep(front, (_, _) => Moving);

        Assert.Equal(6, sweeps);
        Assert.Equal(sweeps, front.Sweep);
        Assert.Equal([3, 3], front.SweepsPerBlock);
        Assert.Equal(0, front.MaxResidual);
        Assert.Equal((2, 2), (front.FirstOpen, front.OpenEnd));
        Assert.Equal(new SweepProgress(6, 1, 2, 0, Moving, 1), front.Progress());
    }

    [Fact]
    public void The_first_step_that_is_not_finite_at_its_lead_loses_the_sample_in_whatever_order_they_are_said()
    {
        var front = Front(samples: 2, blocks: 4, lookahead: 2);

        front.NotFinite(sample: 0, block: 1, step: 2);
        front.NotFinite(sample: 0, block: 0, step: 7);
        front.NotFinite(sample: 0, block: 0, step: 4);
        front.NotFinite(sample: 0, block: 0, step: 5);

        Assert.False(front.IsAlive(0));
        Assert.Equal([(0, 0, 4)], front.Lost);
        Assert.False(front.Active(0)[0]);
        Assert.False(front.Active(1)[0]);
        Sweep(front, (_, _) => Moving);
        Assert.Empty(front.Entered);
        Assert.True(front.IsAlive(1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_not_finite_ahead_leaves_with_all_behind_it_and_enters_anew(bool moved)
    {
        var front = Front(samples: 1, blocks: 5, lookahead: 4);
        Sweep(front, (_, _) => Moving);

        if (moved)
            front.Moved(block: 2, sample: 0, double.PositiveInfinity);
        else
            front.NotFinite(sample: 0, block: 2, step: 0);

        Assert.Equal([true, true, false, false], Enumerable.Range(0, 4).Select(block => front.Active(block)[0]));
        front.Moved(block: 3, sample: 0, Done); // a node that did not know it yet
        Sweep(front, (_, _) => Moving);
        Assert.Empty(front.Lost);
        Assert.Equal([(0, 2), (0, 3)], front.Entered);
        Assert.Equal([2, 2, 0, 0], Enumerable.Range(0, 4).Select(block => front.Sweeps(0, block)));
    }

    [Theory]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NaN)]
    public void A_sample_that_left_float32_at_its_lead_is_lost_when_the_block_is_exhausted(double update)
    {
        var front = Front(samples: 1, blocks: 2, lookahead: 1, steps: 2);

        Sweep(front, (_, _) => update);
        Assert.True(front.IsAlive(0));
        Sweep(front, (_, _) => update);

        Assert.Equal([(0, 0, 1)], front.Lost);
        Assert.True(front.IsDone);
    }

    [Fact]
    public void Of_several_runs_of_a_block_the_largest_update_counts()
    {
        var front = Front(samples: 1, blocks: 2, lookahead: 1);

        front.Moved(0, 0, Done);
        front.Moved(0, 0, Moving);
        front.Moved(0, 0, Done);
        front.Advance();

        Assert.Empty(front.Accepted);
        Assert.Equal(1, front.Sweeps(0, 0));
        Assert.Equal(Moving, front.Progress().Update);
    }

    [Fact]
    public void It_does_not_advance_without_knowing_how_far_every_active_sample_moved()
    {
        var front = Front(samples: 2, blocks: 2, lookahead: 1);
        Sweep(front, (_, _) => Moving);
        front.Moved(0, sample: 0, Moving);

        var exception = Assert.Throws<InvalidOperationException>(front.Advance);

        Assert.Contains("sample 1", exception.Message, StringComparison.Ordinal);
        Assert.Equal(1, front.Sweep);
    }

    [Fact]
    public void After_a_restart_every_sample_enters_anew_from_its_lead_and_what_is_done_stays_done()
    {
        var front = Front(samples: 3, blocks: 6, lookahead: 2);
        Sweep(front, (sample, block) => sample == 1 && block == 0 ? Done : Moving);
        front.NotFinite(sample: 2, block: 0, step: 3);
        front.Moved(block: 0, sample: 0, Done); // forgotten: the sweep was not ended

        front.Restart();

        Assert.Equal([(0, 0), (0, 1), (1, 1), (1, 2)], front.Entered);
        Assert.Empty(front.Accepted);
        Assert.Equal([(2, 0, 3)], front.Lost);
        Assert.Equal(1, front.Sweep);
        Assert.Equal([0, 1], [front.Lead(0), front.Lead(1)]);
        Assert.Equal(0, front.Sweeps(1, 1));
        Assert.Throws<InvalidOperationException>(front.Advance);
    }

    [Fact]
    public void After_a_restart_further_back_blocks_whose_ends_were_lost_are_done_again()
    {
        var front = Front(samples: 2, blocks: 3, lookahead: 1);
        Sweep(front, (sample, _) => sample == 0 ? Done : Moving);
        Sweep(front, (_, _) => Done);
        Sweep(front, (_, _) => Done);
        Assert.Equal([3, 2], [front.Lead(0), front.Lead(1)]);

        front.Restart([2, 0]); // what left block 1 for sample 1 never came, nor what left block 0

        Assert.Equal([2, 0], [front.Lead(0), front.Lead(1)]);
        Assert.Equal(0, front.FirstOpen);
        Assert.Equal([(1, 0)], front.Entered); // sample 0 waits: its block is too far ahead
        Assert.Empty(front.Accepted);
        while (!front.IsDone)
            Sweep(front, (_, _) => Done);
        Assert.Equal([3, 3], [front.Lead(0), front.Lead(1)]);
    }

    [Fact]
    public void Restart_of_a_wavefront_that_was_done_opens_it_again()
    {
        var front = Front(samples: 1, blocks: 1, lookahead: 1);
        Sweep(front, (_, _) => Done);
        Assert.True(front.IsDone);

        front.Restart([0]);

        Assert.False(front.IsDone);
        Assert.Equal([(0, 0)], front.Entered);
        Assert.Throws<ArgumentOutOfRangeException>(() => front.Restart([1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => front.Restart([0, 0]));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 0)]
    [InlineData(1, 3)]
    [InlineData(2, 8)]
    public void Whatever_breaks_and_restarts_every_sample_comes_to_an_end_within_a_bounded_window(int lookahead, int scouts)
    {
        var random = new Random(61);
        for (var trial = 0; trial < 200; trial++)
        {
            const int Blocks = 8;
            var front = Front(samples: 4, Blocks, lookahead, steps: 3, scouts);
            var entered = new HashSet<(int, int)>();
            for (var sweep = 0; !front.IsDone; sweep++)
            {
                Assert.InRange(sweep, 0, 200);
                foreach (var (sample, block) in front.Entered)
                {
                    // What a driver starts from is there: the sample's state, or an iterate in the block before.
                    Assert.True(block == front.Lead(sample) || front.Active(block - 1)[sample]);
                    Assert.True(front.Active(block)[sample]);
                }

                Assert.InRange(front.OpenEnd - front.FirstOpen, 1, PicardOptions.MostOpen(lookahead, scouts));
                if (random.Next(8) == 0 && sweep < 50)
                    front.Restart();
                else
                    Sweep(front, (_, _) => AnyUpdate(random));
            }

            for (var n = 0; n < 4; n++)
            {
                var end = front.IsAlive(n) ? Blocks : front.Lost.Single(loss => loss.Sample == n).Block;
                Assert.Equal(end, front.Lead(n));
            }
        }
    }

    [Fact]
    public void Blocks_that_are_not_open_are_refused()
    {
        var front = Front(samples: 1, blocks: 3, lookahead: 1);

        Assert.Throws<ArgumentOutOfRangeException>(() => front.Active(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => front.Moved(-1, 0, Done));
        Assert.Throws<ArgumentException>(() => Front(samples: 1, blocks: 0, lookahead: 1));
        Assert.Throws<InvalidOptionException>(() => Front(samples: 1, blocks: 1, lookahead: 0));
    }

    private static Wavefront Front(int samples, int blocks, int lookahead, int steps = 8, int scouts = 0)
    {
        var options = new PicardOptions { Lookahead = lookahead, Scouts = scouts, Tolerance = Tolerance };
        return new Wavefront(
            samples, [.. Enumerable.Repeat(steps, blocks)], options,
            new ConvergenceRule(Tolerance, Linearization.Data, blocks: 1, dataVariance: 1));
    }

    private static double AnyUpdate(Random random) => random.Next(12) switch
    {
        0 => double.PositiveInfinity,
        < 6 => Done,
        _ => Moving,
    };

    private static void Sweep(Wavefront front, Func<int, int, double> update)
    {
        for (var block = front.FirstOpen; block < front.OpenEnd; block++)
        {
            for (var n = 0; n < front.Active(block).Length; n++)
                front.Moved(block, n, update(n, block));
        }

        front.Advance();
    }
}
