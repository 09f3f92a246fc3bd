using OrleansDiffusion.Models;
using OrleansDiffusion.Sampling.Noise;
using OrleansDiffusion.Sampling.Schedules;
using OrleansDiffusion.Sampling.Steps;
using OrleansDiffusion.Sampling.Tests.Denoisers;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Sampling.Tests;

/// <summary>
/// Whole trajectories against the formulas of diffusers' schedulers in double precision, for what a model's scheduler
/// configuration may say: formula 7 of arXiv 2006.11239 (DDPMScheduler), 12 and 16 of arXiv 2010.02502 (DDIMScheduler).
/// </summary>
public sealed class DiffusersSchedulerTests
{
    private const int Elements = 3;
    private const int Samples = 4;

    private static readonly MixtureParameters Mixture = Mixtures.Random(components: 3, Elements);
    private static readonly DiscreteSchedule Schedule = DiscreteSchedule.Linear();

    [Theory]
    [InlineData(TimestepSpacing.Leading, 10, 0, DdpmVariance.FixedSmall)]
    [InlineData(TimestepSpacing.Leading, 10, 0, DdpmVariance.FixedLarge)]
    [InlineData(TimestepSpacing.Leading, 30, 0, DdpmVariance.FixedLarge)]
    [InlineData(TimestepSpacing.Leading, 30, 1, DdpmVariance.FixedSmall)]
    [InlineData(TimestepSpacing.Leading, 10, 7, DdpmVariance.FixedSmall)]
    [InlineData(TimestepSpacing.Linspace, 10, 1, DdpmVariance.FixedLarge)]
    [InlineData(TimestepSpacing.Linspace, 30, 0, DdpmVariance.FixedSmall)]
    [InlineData(TimestepSpacing.Trailing, 30, 1, DdpmVariance.FixedSmall)]
    public void Ddpm_walks_as_diffusers_does(TimestepSpacing spacing, int steps, int offset, DdpmVariance variance)
    {
        var timesteps = Timesteps(spacing, steps, offset);

        AssertWalks(
            new TimelineOptions { Steps = steps, Spacing = spacing, StepsOffset = offset, Variance = variance },
            timesteps,
            (j, x, denoised, noise) =>
            {
                // Down to the next timestep of the grid; to no noise at all from the last.
                var alphaBar = Schedule.AlphaBars[timesteps[j]];
                var alphaBarBelow = j + 1 < steps ? Schedule.AlphaBars[timesteps[j + 1]] : 1;
                var beta = 1 - (alphaBar / alphaBarBelow);
                var small = (1 - alphaBarBelow) / (1 - alphaBar) * beta;
                var added = timesteps[j] == 0 ? 0 : variance == DdpmVariance.FixedSmall ? small : beta;
                var ofData = Math.Sqrt(alphaBarBelow) * beta / (1 - alphaBar);
                var ofSample = Math.Sqrt(1 - beta) * (1 - alphaBarBelow) / (1 - alphaBar);
                return (ofData * denoised) + (ofSample * x) + (Math.Sqrt(added) * noise);
            });
    }

    [Theory]
    [InlineData(TimestepSpacing.Leading, 10, 0, true, 0)]
    [InlineData(TimestepSpacing.Leading, 10, 0, false, 0)]
    [InlineData(TimestepSpacing.Leading, 10, 1, false, 0)]
    [InlineData(TimestepSpacing.Leading, 30, 1, true, 1)]
    [InlineData(TimestepSpacing.Leading, 30, 1, false, 1)]
    [InlineData(TimestepSpacing.Leading, 30, 0, false, 0.5)]
    [InlineData(TimestepSpacing.Trailing, 30, 1, false, 0.5)]
    [InlineData(TimestepSpacing.Linspace, 10, 0, false, 1)]
    public void Ddim_walks_as_diffusers_does(TimestepSpacing spacing, int steps, int offset, bool toOne, double eta)
    {
        var timesteps = Timesteps(spacing, steps, offset);

        AssertWalks(
            new TimelineOptions
            {
                Sampler = Sampler.Ddim, Steps = steps, Spacing = spacing, StepsOffset = offset, SetAlphaToOne = toOne, Eta = eta,
            },
            timesteps,
            (j, x, denoised, noise) =>
            {
                // Down by the whole ratio, wherever the grid's next timestep lies.
                var below = timesteps[j] - (Schedule.TrainSteps / steps);
                var alphaBar = Schedule.AlphaBars[timesteps[j]];
                var alphaBarBelow = below >= 0 ? Schedule.AlphaBars[below] : toOne ? 1 : Schedule.AlphaBars[0];
                var added = eta * eta * (1 - alphaBarBelow) / (1 - alphaBar) * (1 - (alphaBar / alphaBarBelow));
                var epsilon = (x - (Math.Sqrt(alphaBar) * denoised)) / Math.Sqrt(1 - alphaBar);
                return (Math.Sqrt(alphaBarBelow) * denoised) + (Math.Sqrt(1 - alphaBarBelow - added) * epsilon)
                    + (Math.Sqrt(added) * noise);
            });
    }

    [Fact]
    public void A_large_variance_shows()
    {
        var options = new TimelineOptions { Steps = 10 };

        var distances = Draw(options).DistancesTo(Draw(options with { Variance = DdpmVariance.FixedLarge }));

        Assert.All(distances, distance => Assert.InRange(distance, 1e-2, 10));
    }

    // diffusers would add noise of the whole last σ here, and return that: its large variance is meant for grids that
    // end at timestep 0.
    [Theory]
    [InlineData(TimestepSpacing.Leading, 1)]
    [InlineData(TimestepSpacing.Trailing, 0)]
    public void The_last_step_draws_no_noise_wherever_the_grid_ends(TimestepSpacing spacing, int offset)
    {
        var options = new TimelineOptions
        {
            Steps = 10, Spacing = spacing, StepsOffset = offset, Variance = DdpmVariance.FixedLarge,
        };

        var last = Timeline.Create(options, Schedule).Blocks[^1].Steps[^1];

        Assert.True(last.At.Time > 0);
        Assert.Equal(new StepRow(X: 0, D: 1), last.Sample);
    }

    [Fact]
    public void An_offset_off_the_schedule_is_refused_by_the_number_of_steps()
    {
        var options = new TimelineOptions { StepsOffset = 1 };

        var refusal = Assert.Throws<InvalidOptionException>(() => Timeline.Create(options, Schedule));

        Assert.Equal("steps", refusal.Option);
        Assert.Equal(999, Timeline.Create(options with { Steps = 999 }, Schedule).Start.Time);
        Assert.Equal(999, Timeline.Create(options with { Spacing = TimestepSpacing.Linspace }, Schedule).Start.Time);
    }

    // As numpy lays and rounds them.
    private static int[] Timesteps(TimestepSpacing spacing, int steps, int offset) =>
    [
        .. Enumerable.Range(0, steps).Select(i => spacing switch
        {
            TimestepSpacing.Leading => ((steps - 1 - i) * (1000 / steps)) + offset,
            TimestepSpacing.Trailing => (int)Math.Round(1000 - (i * (1000.0 / steps)), MidpointRounding.ToEven) - 1,
            _ => (int)Math.Round(999.0 * (steps - 1 - i) / (steps - 1), MidpointRounding.ToEven),
        }),
    ];

    private static Drawn Draw(TimelineOptions options) => Drawn.Sequentially(
        new MixtureRows(Mixture), Timeline.Create(options, Schedule), Samples);

    private static void AssertWalks(
        TimelineOptions options, int[] timesteps, Func<int, double, double, double, double> step)
    {
        var drawn = Draw(options).Samples;

        for (var sample = 0; sample < Samples; sample++)
        {
            var expected = Walk(sample, timesteps, step);
            for (var i = 0; i < Elements; i++)
                Assert.Equal(expected[i], drawn[sample][i], tolerance: 1e-4);
        }
    }

    private static double[] Walk(int sample, int[] timesteps, Func<int, double, double, double, double> step)
    {
        var denoiser = new ScalarMixture(Mixture);
        var x = Noise(sample, NoiseAddress.Initial);
        for (var j = 0; j < timesteps.Length; j++)
        {
            var denoised = denoiser.Denoise(x, Schedule.At(timesteps[j]));
            var noise = Noise(sample, NoiseAddress.ForStep(j));
            x = [.. x.Select((value, i) => step(j, value, denoised[i], noise[i]))];
        }

        return x;
    }

    private static double[] Noise(int sample, NoiseAddress address)
    {
        var noise = new float[Elements];
        new NormalNoise(Drawn.Seed).Fill(noise, (uint)sample, address);
        return Array.ConvertAll(noise, value => (double)value);
    }
}
