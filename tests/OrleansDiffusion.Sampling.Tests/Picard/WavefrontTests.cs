using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Schedules;
using OrleansDiffusion.Sampling.Tests.Denoisers;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Sampling.Tests.Picard;

/// <summary>Several blocks swept at the same time: the same samples, in fewer rounds.</summary>
public sealed class WavefrontTests
{
    private const int Elements = 10;
    private const int Samples = 5;
    private static readonly MixtureRows Denoiser = new(Mixtures.Random(3, Elements));

    public static MatrixTheoryData<string, int, int> Cuts => new(TestBlocks.SingleBlocks, [1, 2, 3, 8], [1, 2, 3, 100]);

    public static MatrixTheoryData<Linearization, int> Lookaheads =>
        new(Enum.GetValues<Linearization>(), [1, 4, 20]);

    [Theory]
    [MemberData(nameof(Cuts))]
    public void Without_tolerance_any_lookahead_ends_at_the_sequential_samples_to_the_bit(
        string name, int cut, int lookahead)
    {
        var timeline = Cut(name, cut);
        var options = new PicardOptions { Tolerance = 0, Lookahead = lookahead };

        var picard = Drawn.ByPicard(Denoiser, timeline, options, Samples);

        Assert.Equal(Drawn.Sequentially(Denoiser, timeline, Samples).Samples, picard.Samples);
        Assert.Equal(0, picard.MaxResidual);
        Assert.InRange(picard.Rounds, 1, timeline.Steps);
    }

    [Theory]
    [MemberData(nameof(Lookaheads))]
    public void A_tolerance_is_kept_with_any_lookahead(Linearization linearization, int lookahead)
    {
        const int Many = 100;
        var timeline = Timeline.Create(
            new TimelineOptions { Steps = 200, BlockSteps = 10 }, DiscreteSchedule.Linear());
        var options = new PicardOptions { Linearization = linearization, Lookahead = lookahead };

        var picard = Drawn.ByPicard(GoldenCase.Mixture, timeline, options, Many);

        var distances = picard.DistancesTo(Drawn.Sequentially(GoldenCase.Mixture, timeline, Many));
        Assert.InRange(distances.Count(distance => distance <= options.Tolerance), 0.95 * Many, Many);
    }

    [Fact]
    public void Looking_ahead_takes_fewer_rounds()
    {
        var timeline = Timeline.Create(
            new TimelineOptions { Steps = 1000, BlockSteps = 20 }, DiscreteSchedule.Linear());

        var rounds = new[] { 1, 2, 4, 8 }
            .Select(ahead => Drawn.ByPicard(GoldenCase.Mixture, timeline, new PicardOptions { Lookahead = ahead }, 8))
            .Select(drawn => drawn.Rounds).ToArray();

        Assert.All(rounds.Zip(rounds.Skip(1)), pair => Assert.InRange(pair.Second, 1, 0.8 * pair.First));
    }

    [Fact]
    public void A_sample_takes_as_many_rounds_in_a_batch_as_alone()
    {
        var timeline = Cut("ddpm", 3);
        var options = new PicardOptions { Tolerance = 1e-2, Lookahead = 3 };

        var batch = Drawn.ByPicard(Denoiser, timeline, options, Samples);
        var alone = Enumerable.Range(0, Samples)
            .Select(n => Drawn.ByPicard(Denoiser, timeline, options, samples: 1, firstSample: n)).ToArray();

        Assert.Equal(alone.Select(one => one.Samples[0]), batch.Samples);
        Assert.Equal(alone.Sum(one => one.Evaluations), batch.Evaluations);
        Assert.Equal(alone.Max(one => one.Rounds), batch.Rounds);
    }

    [Fact]
    public void Fast_samples_wait_for_a_slow_one_before_memory_runs_out()
    {
        // Sample 0 never rests, so it goes from block to block by finite termination alone.
        var timeline = Cut("ddpm", 2);
        var spy = new SpyDenoiser(Denoiser, (call, _, _, denoised) => denoised[0] += call);
        var progress = new ProgressLog();
        var options = new PicardOptions { Lookahead = 2 };

        var drawn = Drawn.ByPicard(spy, timeline, options, Samples, progress: progress);

        Assert.All(progress.Reports.SkipLast(1), report =>
        {
            var ahead = (report.Done * timeline.Steps) - (report.Block * 2);
            Assert.InRange(ahead, 0, PicardOptions.MostOpen(options.Lookahead) * 2);
        });
        Assert.True(drawn.Rounds > timeline.Steps / 2);
    }

    [Fact]
    public void A_block_is_swept_no_more_than_allowed_once_what_enters_it_is_final()
    {
        var timeline = Cut("piadm-sde", 4);
        var options = new PicardOptions { Tolerance = 0, MaxSweeps = 2, Lookahead = 3 };

        var drawn = Drawn.ByPicard(Denoiser, timeline, options, Samples);

        Assert.Equal(timeline.Blocks.Sum(block => Math.Min(2, block.Steps.Length)), drawn.Rounds);
        Assert.InRange(drawn.MaxResidual, 1e-7, 1);
    }

    [Fact]
    public void A_lost_sample_leaves_the_others_unharmed()
    {
        var timeline = Cut("ddim", 4);
        var level = timeline.Blocks[2].Steps[1].At;
        var spoilt = 0;
        var spy = new SpyDenoiser(Denoiser, (_, levels, _, denoised) =>
        {
            var row = levels.IndexOf(level);
            if (row >= 0 && spoilt++ < 2)
                denoised[row * Elements] = float.NaN;
        });

        var drawn = Drawn.ByPicard(spy, timeline, new PicardOptions { Tolerance = 0, Lookahead = 4 }, Samples);

        var failure = Assert.Single(drawn.Failures);
        Assert.Equal((2, 1), (failure.Block, failure.Step));
        var expected = Drawn.Sequentially(Denoiser, timeline, Samples).Samples;
        for (var n = 0; n < Samples; n++)
            Assert.Equal(n == failure.Sample ? expected[n].Select(_ => float.NaN) : expected[n], drawn.Samples[n]);
    }

    [Fact]
    public void A_corrector_is_looked_ahead_to_with_its_own_velocity()
    {
        var timeline = TestBlocks.TimelineOf("piadm-ode", corrected: true);
        var options = new PicardOptions { Tolerance = 0, Lookahead = 2 };

        var drawn = Drawn.ByPicard(Denoiser, timeline, options, Samples);

        Assert.Equal(Drawn.Sequentially(Denoiser, timeline, Samples).Samples, drawn.Samples);
    }

    private static Timeline Cut(string name, int blockSteps) => name.StartsWith("piadm", StringComparison.Ordinal)
        ? Timeline.FromSteps(TestBlocks.Named(name).Steps, blockSteps)
        : Timeline.Create(
            new TimelineOptions
            {
                Sampler = Enum.GetValues<Sampler>().Single(s => s.Name() == name),
                Steps = 24,
                BlockSteps = blockSteps,
            },
            DiscreteSchedule.Linear(end: 0.008));
}
