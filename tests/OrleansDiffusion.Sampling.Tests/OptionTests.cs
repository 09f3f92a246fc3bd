using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Schedules;
using OrleansDiffusion.Sampling.Tests.Denoisers;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Sampling.Tests;

/// <summary>Every value that cannot be used is refused in one line that begins with the option's name.</summary>
public sealed class OptionTests
{
    private static readonly TimelineOptions Ddpm = new();
    private static readonly TimelineOptions Ddim = new() { Sampler = Sampler.Ddim, Steps = 50 };
    private static readonly TimelineOptions TwoStep = new() { Sampler = Sampler.DpmSolverPlusPlus2M, Steps = 20 };
    private static readonly TimelineOptions Sde = new() { Sampler = Sampler.PiadmSde };
    private static readonly TimelineOptions Ode = new() { Sampler = Sampler.PiadmOde };

    private static readonly (string Option, TimelineOptions Options)[] Unusable =
    [
        ("steps", Ddpm with { Steps = 0 }),
        ("steps", Ddpm with { Steps = -1 }),
        ("steps", Ddpm with { Steps = 1001 }),
        ("steps", TwoStep with { Steps = 1000 }),
        ("eta", Ddpm with { Eta = 0.5 }),
        ("eta", TwoStep with { Eta = 0.5 }),
        ("eta", Sde with { Eta = 0.5 }),
        ("eta", Ddim with { Eta = -0.1 }),
        ("eta", Ddim with { Eta = 1.1 }),
        ("eta", Ddim with { Eta = double.NaN }),
        ("block-steps", Ddpm with { BlockSteps = 0 }),
        ("block-steps", TwoStep with { BlockSteps = -5 }),
        ("block-steps", Sde with { BlockSteps = 10 }),
        ("corrector-steps", Ddpm with { CorrectorSteps = 64 }),
        ("corrector-steps", Sde with { CorrectorSteps = 64 }),
        ("corrector-steps", Ode with { CorrectorSteps = 63 }),
        ("corrector-steps", Ode with { CorrectorSteps = -1 }),
        ("corrector-steps", Ode with { CorrectorSteps = 65536 }),
        ("horizon", Sde with { Horizon = 1e-3 }),
        ("horizon", Ode with { Horizon = -8 }),
        ("horizon", Sde with { Horizon = double.NaN }),
        ("horizon", Sde with { Horizon = double.PositiveInfinity }),
        ("block-length", Sde with { BlockLength = 0 }),
        ("block-length", Ode with { BlockLength = -1 }),
        ("block-length", Sde with { BlockLength = double.NaN }),
        ("step", Sde with { Step = 0 }),
        ("step", Ode with { Step = -0.1 }),
        ("step", Sde with { Step = 1.01 }),
        ("step", Sde with { Step = double.NaN }),
        ("block-length", Ode with { BlockLength = 1e-5 }),
        ("step", Sde with { Step = 1e-300 }),
        ("sampler", Ddpm with { Sampler = (Sampler)99 }),
        ("spacing", Ddpm with { Spacing = (TimestepSpacing)99 }),
        ("final-sigma", TwoStep with { FinalSigma = (FinalSigma)99 }),
        ("early-stop", Sde with { EarlyStop = 0 }),
        ("early-stop", Sde with { EarlyStop = 1e-17 }),
        ("early-stop", Ode with { EarlyStop = -1e-3 }),
        ("early-stop", Sde with { EarlyStop = double.NaN }),
    ];

    public static TheoryData<int> UnusableTimelines => [.. Enumerable.Range(0, Unusable.Length)];

    [Theory]
    [MemberData(nameof(UnusableTimelines))]
    public void An_unusable_grid_names_its_option(int index)
    {
        var (option, options) = Unusable[index];
        VariancePreservingSchedule schedule = options.Sampler is Sampler.PiadmSde or Sampler.PiadmOde
            ? new OuSchedule()
            : DiscreteSchedule.Linear();

        AssertRefused(option, () => Timeline.Create(options, schedule));
    }

    [Fact]
    public void A_horizon_beyond_the_schedule_is_refused() =>
        AssertRefused("horizon", () => Timeline.Create(Sde with { Horizon = 12 }, DiscreteSchedule.Linear()));

    [Theory]
    [InlineData(Sampler.Ddpm)]
    [InlineData(Sampler.Ddim)]
    [InlineData(Sampler.DpmSolverPlusPlus2M)]
    public void Discrete_samplers_refuse_a_schedule_without_timesteps(Sampler sampler) =>
        AssertRefused("schedule", () => Timeline.Create(new TimelineOptions { Sampler = sampler, Steps = 20 }, new OuSchedule()));

    [Theory]
    [InlineData(-1e-9)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void An_unusable_tolerance_names_it(double tolerance) =>
        AssertRefused("tolerance", () => new PicardOptions { Tolerance = tolerance }.Validate());

    [Fact]
    public void A_linearisation_or_start_that_does_not_exist_names_its_option()
    {
        AssertRefused("linearization", () => new PicardOptions { Linearization = (Linearization)99 }.Validate());
        AssertRefused("start", () => new PicardOptions { Start = (FirstIterate)99 }.Validate());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Too_few_sweeps_name_max_sweeps(int sweeps) =>
        AssertRefused("max-sweeps", () => new PicardOptions { MaxSweeps = sweeps }.Validate());

    [Fact]
    public void A_run_with_unusable_options_does_not_begin()
    {
        var asked = false;
        var spy = new SpyDenoiser(new MixtureRows(Mixtures.StandardNormal(2)), (_, _, _, _) => asked = true);
        var sampler = new PicardSampler(spy, Timeline.Create(Ddim, DiscreteSchedule.Linear()), new() { MaxSweeps = 0 });

        AssertRefused("max-sweeps", () => sampler.Sample(0, 0, 1, cancellationToken: TestContext.Current.CancellationToken));
        Assert.False(asked);
    }

    [Fact]
    public void The_defaults_and_the_ends_of_every_range_are_taken()
    {
        TimelineOptions[] discrete =
        [
            Ddpm, Ddpm with { Steps = 1 }, Ddim with { Eta = 1 }, Ddim with { BlockSteps = 1 },
            TwoStep with { Steps = 999 }, TwoStep with { Steps = 1 },
        ];
        TimelineOptions[] piadm =
        [
            Sde, Ode, Sde with { Step = 1 }, Sde with { BlockLength = 100 }, Ode with { CorrectorSteps = 64 },
            Ode with { Horizon = 2e-3 }, Ode with { EarlyStop = 1e-9 },
        ];

        Assert.All(discrete, options =>
            Assert.Equal(options.Steps, Timeline.Create(options, DiscreteSchedule.Linear()).Steps));
        Assert.All(piadm, options => Assert.True(Timeline.Create(options, new OuSchedule()).Steps > 0));
        new PicardOptions().Validate();
        new PicardOptions { Tolerance = 0, MaxSweeps = 1 }.Validate();
    }

    private static void AssertRefused(string option, Action action)
    {
        var error = Assert.Throws<InvalidOptionException>(action);
        Assert.Equal(option, error.Option);
        Assert.StartsWith(option + " ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
