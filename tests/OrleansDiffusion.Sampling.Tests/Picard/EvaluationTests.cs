using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Tests.Denoisers;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Sampling.Tests.Picard;

/// <summary>What the model is asked, and what it is not asked again.</summary>
public sealed class EvaluationTests
{
    private const int Elements = 12;
    private const int Samples = 3;
    private static readonly MixtureRows Denoiser = new(Mixtures.Random(3, Elements));

    [Fact]
    public void Points_that_did_not_move_are_not_evaluated_again()
    {
        var block = TestBlocks.Named("ddpm");
        var points = block.Steps.Length;
        bool[] active = [true, true, true];
        using var entry = TestBlocks.Entry(block, Samples, Elements);
        using var node = TestBlocks.NodeOver(block, .., Samples, Elements, Linearization.Data);
        node.Start(entry, FirstIterate.Copied);
        for (var sweep = 0; sweep <= points; sweep++)
        {
            // The sweep's first points are exact by now; others may have come to rest early.
            var rows = node.Evaluate(Denoiser, active, TestContext.Current.CancellationToken);
            Assert.InRange(rows, 0, Samples * (points - sweep));
            if (sweep < 3)
                Assert.Equal(Samples * (points - sweep), rows);
            Assert.Equal(0, node.Evaluate(Denoiser, active, TestContext.Current.CancellationToken));
            node.Move(entry, active, new double[Samples]);
        }
    }

    [Fact]
    public void Samples_that_are_not_active_are_not_evaluated_and_have_no_update()
    {
        var block = TestBlocks.Named("ddpm");
        using var entry = TestBlocks.Entry(block, Samples, Elements);
        using var node = TestBlocks.NodeOver(block, .., Samples, Elements, Linearization.Secant);
        node.Start(entry, FirstIterate.Rolled);
        node.Evaluate(Denoiser, [true, true, true], TestContext.Current.CancellationToken);
        double[] updates = [-1, -1, -1];

        node.Move(entry, [true, false, true], updates);
        var rows = node.Evaluate(Denoiser, [true, false, true], TestContext.Current.CancellationToken);

        Assert.Equal(2 * (block.Steps.Length - 1), rows);
        Assert.Equal(-1, updates[1]);
        Assert.All([updates[0], updates[2]], update => Assert.True(update > 0));
    }

    [Fact]
    public void Samples_of_a_batch_end_after_sweeps_of_their_own_and_cost_no_more_once_they_have()
    {
        var timeline = TestBlocks.TimelineOf("ddpm");
        var rows = new List<int>();
        var progress = new ProgressLog();
        var spy = new SpyDenoiser(Denoiser, (_, levels, _, _) => rows.Add(levels.Length));
        var options = new PicardOptions { Tolerance = 1e-2 };

        var batch = Drawn.ByPicard(spy, timeline, options, samples: 40, progress: progress);
        var alone = Enumerable.Range(0, 40)
            .Select(n => Drawn.ByPicard(Denoiser, timeline, options, samples: 1, firstSample: n)).ToArray();

        Assert.Equal(alone.Select(one => one.Samples[0]), batch.Samples);
        Assert.Equal(alone.Max(one => one.Rounds), batch.Rounds);
        Assert.Equal(alone.Sum(one => one.Evaluations), batch.Evaluations);
        Assert.Equal(rows.Sum(), batch.Evaluations);
        Assert.True(alone.Min(one => one.Rounds) < batch.Rounds);
        Assert.Equal(
            Enumerable.Range(1, batch.Rounds).Select(sweep => alone.Count(one => one.Rounds > sweep)),
            progress.Reports.Select(report => report.Active));
    }

    [Fact]
    public void The_model_is_given_no_more_rows_at_once_than_it_takes()
    {
        var timeline = TestBlocks.TimelineOf("piadm-sde");
        var rows = new List<int>();
        var spy = new SpyDenoiser(
            new MixtureRows(Mixtures.Random(3, Elements), batchLimit: 7), (_, levels, _, _) => rows.Add(levels.Length));

        var limited = Drawn.ByPicard(spy, timeline, new PicardOptions(), samples: 3);

        Assert.Equal(7, rows.Max());
        Assert.Equal(Drawn.ByPicard(Denoiser, timeline, new PicardOptions(), samples: 3).Samples, limited.Samples);
    }

    [Fact]
    public void A_sample_does_not_depend_on_the_batch_it_is_drawn_in()
    {
        var options = new PicardOptions { Tolerance = 0 };
        foreach (var name in new[] { "ddpm100-seed7", "dpmpp2m-20-seed7" })
        {
            var timeline = GoldenCase.Named(name).Timeline;
            var batch = Drawn.ByPicard(GoldenCase.Mixture, timeline, options, samples: 8, firstSample: 5);
            for (var n = 0; n < 8; n++)
            {
                var alone = Drawn.ByPicard(GoldenCase.Mixture, timeline, options, samples: 1, firstSample: 5 + n);
                Assert.InRange(alone.DistancesTo([batch.Samples[n]])[0], 0, 1e-5);
            }
        }
    }
}
