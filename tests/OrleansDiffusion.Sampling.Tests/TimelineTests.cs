using OrleansDiffusion.Sampling.Noise;
using OrleansDiffusion.Sampling.Schedules;
using OrleansDiffusion.Sampling.Steps;

namespace OrleansDiffusion.Sampling.Tests;

public sealed class TimelineTests
{
    private static readonly DiscreteSchedule Linear = DiscreteSchedule.Linear();

    [Theory]
    [InlineData(Sampler.Ddpm)]
    [InlineData(Sampler.Ddim)]
    [InlineData(Sampler.DpmSolverPlusPlus2M)]
    public void However_it_is_cut_a_grid_has_the_same_steps(Sampler sampler)
    {
        var options = new TimelineOptions { Sampler = sampler, Steps = 50 };
        var whole = Timeline.Create(options, Linear);

        var cut = Timeline.Create(options with { BlockSteps = 16 }, Linear);

        Assert.Equal([16, 16, 16, 2], cut.Blocks.Select(block => block.Steps.Length));
        Assert.Equal([0, 1, 2, 3], cut.Blocks.Select(block => block.Index));
        Assert.Equal(whole.Blocks.Single().Steps, cut.Blocks.SelectMany(block => block.Steps));
        Assert.Equal(whole.Start, cut.Start);
        Assert.Equal(50, cut.Steps);
    }

    [Theory]
    [InlineData(Sampler.Ddpm, 0)]
    [InlineData(Sampler.Ddim, 1)]
    public void Step_noise_is_addressed_through_the_whole_run(Sampler sampler, double eta)
    {
        var options = new TimelineOptions { Sampler = sampler, Steps = 50, Eta = eta, BlockSteps = 20 };

        var steps = Timeline.Create(options, Linear).Blocks.SelectMany(block => block.Steps).ToArray();

        Assert.Equal(Enumerable.Range(0, 50).Select(NoiseAddress.ForStep), steps.Select(step => step.Noise));
        Assert.All(steps[..^1], step => Assert.True(step.DrawsNoise));
        Assert.False(steps[^1].DrawsNoise);
    }

    [Fact]
    public void A_corrector_follows_every_predictor_at_the_level_where_it_ended()
    {
        var options = new TimelineOptions { Sampler = Sampler.PiadmOde, Horizon = 3, CorrectorSteps = 64 };

        var blocks = Timeline.Create(options, new OuSchedule()).Blocks;

        Assert.Equal(6, blocks.Length);
        Assert.Equal([2, 1, options.EarlyStop], blocks.Where((_, i) => i % 2 == 1).Select(block => block.Steps[0].At.Time));
        for (var n = 0; n < 3; n++)
        {
            var (predictor, corrector) = (blocks[2 * n], blocks[(2 * n) + 1]);
            Assert.Equal(SecondState.None, predictor.SecondState);
            Assert.Equal(SecondState.Velocity, corrector.SecondState);
            Assert.Equal(NoiseAddress.CorrectorVelocity(n), corrector.Velocity);
            Assert.Equal(
                Enumerable.Range(0, 64).Select(m => NoiseAddress.CorrectorStep(n, m)),
                corrector.Steps.Select(step => step.Noise));
        }
    }

    [Fact]
    public void A_two_step_method_that_ends_without_noise_returns_its_last_denoised_estimate()
    {
        var options = new TimelineOptions { Sampler = Sampler.DpmSolverPlusPlus2M, Steps = 20 };

        var last = Timeline.Create(options, Linear).Blocks[^1].Steps[^1];

        Assert.Equal(new StepRow(X: 0, D: 1), last.Sample);
    }
}
