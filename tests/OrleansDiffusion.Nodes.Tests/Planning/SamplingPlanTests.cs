using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Models;
using OrleansDiffusion.Nodes.Planning;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Schedules;

namespace OrleansDiffusion.Nodes.Tests.Planning;

public sealed class SamplingPlanTests
{
    private const long Budget = 2L << 30;

    private static readonly SamplingRequest Request = new() { Model = "any" };

    [Theory]
    [InlineData(1000, 20)]
    [InlineData(100, 13)]
    [InlineData(7, 1)]
    public void A_window_of_blocks_is_swept_where_no_cut_is_given(int steps, int blockSteps)
    {
        var plan = Plan(Request with { Steps = steps });

        Assert.Equal(blockSteps, plan.Timeline.Blocks[0].Steps.Length);
        Assert.Equal(steps, plan.Timeline.Steps);
        Assert.Equal(8, plan.Picard.Lookahead);
        Assert.Equal(16, plan.Batch);
    }

    [Theory]
    [InlineData(4, 40)]
    [InlineData(1000, 1)]
    public void A_given_lookahead_divides_the_window(int lookahead, int blockSteps)
    {
        var plan = Plan(Request with { Lookahead = lookahead });

        Assert.Equal(blockSteps, plan.Timeline.Blocks[0].Steps.Length);
        Assert.Equal(lookahead, plan.Picard.Lookahead);
    }

    [Fact]
    public void A_given_cut_is_walked_one_block_at_a_time()
    {
        Assert.Equal(1, Plan(Request with { BlockSteps = 100 }).Picard.Lookahead);
        Assert.Equal(1, Plan(Request with { Sampler = "piadm-sde", Horizon = 4 }).Picard.Lookahead);
        Assert.Equal(3, Plan(Request with { BlockSteps = 100, Lookahead = 3 }).Picard.Lookahead);
    }

    [Theory]
    [InlineData(5, 200)]
    [InlineData(3, 334)]
    [InlineData(1000, 1)]
    public void Blocks_are_cut_evenly(int blocks, int blockSteps)
    {
        var plan = Plan(Request with { Blocks = blocks });

        Assert.Equal(blocks, plan.Timeline.Blocks.Length);
        Assert.All(plan.Timeline.Blocks[..^1], block => Assert.Equal(blockSteps, block.Steps.Length));
    }

    // What is open of a sample: five tensors a point; of a block x, y and D twice, and the point behind it in two
    // iterates; where the sample stands, three; and what is handed out.
    [Theory]
    [InlineData(784, 1_000_000)]
    [InlineData(2, 10_000_000)]
    [InlineData(3 * 256 * 256, 64)]
    [InlineData(1_000_000, 64)]
    [InlineData(2_000_000, 64)]
    public void What_is_open_at_once_fits_in_memory_with_what_enters_the_blocks(int elements, int count)
    {
        var plan = Plan(Request with { Count = count }, elements);

        var blocks = PicardOptions.MostOpen(plan.Picard.Lookahead, plan.Picard.Scouts);
        var points = blocks * plan.Timeline.Blocks[0].Steps.Length;
        var bytesOfSample = 4L * elements * ((6 * points) + (8 * blocks) + 4);
        Assert.InRange(plan.Batch, 1, count);
        Assert.InRange(plan.Batch * bytesOfSample, 1, Budget);
        if (plan.Batch < count && elements >= 784)
            Assert.InRange(plan.Batch * bytesOfSample, 0.9 * (Budget - bytesOfSample), Budget);
    }

    [Fact]
    public void A_sample_too_large_for_a_window_is_swept_in_as_little_as_there_is()
    {
        var plan = Plan(Request, elements: 50_000_000);

        Assert.Equal((1, 1, 1), (plan.Timeline.Blocks[0].Steps.Length, plan.Picard.Lookahead, plan.Batch));
    }

    [Fact]
    public void A_given_batch_and_node_size_are_kept()
    {
        var plan = Plan(Request with { Count = 10_000_000, Batch = 9_999_999, PointsPerNode = 4 });

        Assert.Equal((10_000_000, 9_999_999, 4), (plan.Count, plan.Batch, plan.PointsPerNode));
        Assert.Null(Plan(Request).PointsPerNode);
    }

    [Fact]
    public void A_sequential_plan_is_cut_only_as_asked_and_holds_one_point_a_sample()
    {
        using var model = ModelOf(784);

        var plan = SamplingPlan.ForSequential(Request with { Count = 10_000 }, model);
        var cut = SamplingPlan.ForSequential(Request with { BlockSteps = 10 }, model);

        Assert.True(plan.IsSequential);
        Assert.False(Plan(Request).IsSequential);
        Assert.Equal((1, 10_000, 1), (plan.Timeline.Blocks.Length, plan.Batch, plan.Picard.Lookahead));
        Assert.Equal(100, cut.Timeline.Blocks.Length);
    }

    [Fact]
    public void Names_are_read()
    {
        var plan = Plan(Request with
        {
            Sampler = "dpm++2m",
            Steps = 20,
            Schedule = "cosine",
            Linearization = "drift",
            Start = "copied",
            Tolerance = 0.5,
            MaxSweeps = 3,
            Seed = 7,
        });

        Assert.Equal(Sampler.DpmSolverPlusPlus2M, plan.Sampler);
        Assert.Equal((20, "cosine", 7ul), (plan.Timeline.Steps, plan.Schedule.Name, plan.Seed));
        var expected = new PicardOptions
        {
            Linearization = Linearization.Drift,
            Start = FirstIterate.Copied,
            Tolerance = 0.5,
            MaxSweeps = 3,
            Lookahead = 8,
        };
        Assert.Equal(expected, plan.Picard);
    }

    [Theory]
    [InlineData("ddpm", null, "linear")]
    [InlineData("ddpm", "scaled-linear", "scaled-linear")]
    [InlineData("piadm-sde", null, "ou")]
    [InlineData("piadm-ode", "cosine", "cosine")]
    public void A_model_without_a_schedule_takes_the_one_that_is_asked_for(
        string sampler, string? schedule, string expected) =>
        Assert.Equal(expected, Plan(Request with { Sampler = sampler, Schedule = schedule }).Schedule.Name);

    [Fact]
    public void What_the_model_says_holds_where_nothing_else_is_asked_for()
    {
        using var model = new Model(
            "net", "", new ShapedDenoiser(2), DiscreteSchedule.ScaledLinear(), new ClassLabels(10, Null: 10),
            new TimelineOptions { Steps = 200, Spacing = TimestepSpacing.Trailing });

        var plan = SamplingPlan.For(Request with { Labels = [3, 4], Guidance = 2 }, model);
        var other = SamplingPlan.For(Request with { Steps = 10, Spacing = "leading" }, model);

        Assert.Same(model.Schedule, plan.Schedule);
        Assert.Equal((200, 999.0), (plan.Timeline.Steps, plan.Timeline.Start.Time));
        Assert.Equal([new Condition(3, 2), new Condition(4, 2)], plan.Conditions);
        Assert.Equal((10, 900.0), (other.Timeline.Steps, other.Timeline.Start.Time));
        Assert.Empty(other.Conditions);
        Refused(Request with { Schedule = "linear" }, "schedule is given by the model net: scaled-linear", model);
        Refused(Request with { Labels = [10] }, "label must be 0 to 9 for net, was 10", model);
    }

    [Fact]
    public void Labels_that_were_never_set_are_none() =>
        Assert.Empty(Plan(Request with { Labels = default }).Conditions);

    public static TheoryData<SamplingRequest, string> Refusals => new()
    {
        { Request with { Count = 0 }, "count must be positive, was 0" },
        { Request with { Batch = 0 }, "batch must be positive, was 0" },
        { Request with { PointsPerNode = -1 }, "points-per-node must be positive, was -1" },
        { Request with { Lookahead = 0 }, "lookahead must be 1 to 1048576, was 0" },
        { Request with { Scouts = -1 }, "scouts must be 0 to 1048576, was -1" },
        { Request with { Tolerance = -1 }, "tolerance must be 0 (exact) or positive, was -1" },
        { Request with { MaxSweeps = 0 }, "max-sweeps must be positive, was 0" },
        { Request with { Steps = 1001 }, "steps must be 1 to 1000, the training steps of the linear schedule, was 1001" },
        { Request with { Blocks = 5, BlockSteps = 10 }, "blocks and --block-steps exclude each other" },
        { Request with { Blocks = 0 }, "blocks must be 1 to the number of steps, 1000, was 0" },
        { Request with { Blocks = 1001 }, "blocks must be 1 to the number of steps, 1000, was 1001" },
        { Request with { Steps = int.MaxValue, Blocks = 2 }, "steps must be 1 to 1000, the training steps of the linear schedule, was 2147483647" },
        { Request with { Sampler = "euler" }, "sampler must be one of ddpm, ddim, dpm++2m, piadm-sde, piadm-ode, was euler" },
        { Request with { Spacing = "even" }, "spacing must be one of leading, trailing, linspace, was even" },
        { Request with { FinalSigma = "one" }, "final-sigma must be one of zero, min, was one" },
        { Request with { Schedule = "ou" }, "schedule must be one of linear, scaled-linear, cosine, was ou" },
        { Request with { Linearization = "" }, "linearization must be one of secant, data, drift, score, was " },
        { Request with { Start = null! }, "start must be one of rolled, copied, was " },
        { Request with { Eta = 0.5 }, "eta is taken by ddim only, not by ddpm" },
        { Request with { FinalSigma = "min" }, "final-sigma is taken by dpm++2m only, not by ddpm" },
        { Request with { Horizon = 4 }, "horizon is taken by piadm-sde, piadm-ode only, not by ddpm" },
        { Request with { BlockLength = 2 }, "block-length is taken by piadm-sde, piadm-ode only, not by ddpm" },
        { Request with { Step = double.NaN }, "step is taken by piadm-sde, piadm-ode only, not by ddpm" },
        { Request with { EarlyStop = 1 }, "early-stop is taken by piadm-sde, piadm-ode only, not by ddpm" },
        { Request with { Sampler = "piadm-ode", Steps = 10 }, "steps is taken by ddpm, ddim, dpm++2m only, not by piadm-ode" },
        { Request with { Sampler = "piadm-sde", Spacing = "leading" }, "spacing is taken by ddpm, ddim, dpm++2m only, not by piadm-sde" },
        { Request with { Sampler = "piadm-sde", Blocks = 4 }, "blocks is not taken by the piadm samplers; use block-length" },
        { Request with { Sampler = "piadm-sde", BlockSteps = 4 }, "block-steps is not taken by the piadm samplers; use block-length" },
        { Request with { Labels = [3] }, "label is not taken by any, which knows no classes" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void What_cannot_be_meant_is_refused_in_a_line_that_names_it(SamplingRequest request, string message)
    {
        using var model = ModelOf(2);

        Refused(request, message, model);
    }

    private static void Refused(SamplingRequest request, string message, Model model)
    {
        Assert.Equal(message, Assert.Throws<InvalidOptionException>(() => SamplingPlan.For(request, model)).Message);
        Assert.Equal(
            message, Assert.Throws<InvalidOptionException>(() => SamplingPlan.ForSequential(request, model)).Message);
    }

    private static SamplingPlan Plan(SamplingRequest request, int elements = 784)
    {
        using var model = ModelOf(elements);
        return SamplingPlan.For(request, model);
    }

    private static Model ModelOf(int elements) => new("any", "", new ShapedDenoiser(elements), Schedule: null);
}
