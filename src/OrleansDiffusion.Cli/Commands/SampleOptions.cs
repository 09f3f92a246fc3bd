using System.CommandLine;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Schedules;

namespace OrleansDiffusion.Cli.Commands;

/// <summary>The options of <c>odiff sample</c>, and what they mean for the samplers.</summary>
internal sealed class SampleOptions
{
    private static readonly TimelineOptions Timeline = new();
    private static readonly PicardOptions Picard = new();

    private readonly ChoiceOption<Sampler> _sampler = new(
        "sampler", "Step rule",
        [.. Enum.GetValues<Sampler>().Select(sampler => (sampler.Name(), sampler))]);

    private readonly Option<int?> _steps = new("--steps")
    {
        Description = $"Steps, 1 to the training steps [default: the model's training steps, or {Timeline.Steps}].",
    };

    private readonly ChoiceOption<TimestepSpacing> _spacing = new(
        "spacing", "How the steps lie over the training timesteps, as in diffusers",
        ("leading", TimestepSpacing.Leading), ("trailing", TimestepSpacing.Trailing),
        ("linspace", TimestepSpacing.Linspace));

    private readonly Option<double> _eta = Default("eta", "DDIM's eta, 0 to 1.", Timeline.Eta);

    private readonly ChoiceOption<FinalSigma> _finalSigma = new(
        "final-sigma", "Where dpm++2m ends", ("zero", FinalSigma.Zero), ("min", FinalSigma.Min));

    private readonly ChoiceOption<Func<DiscreteSchedule>> _schedule = new(
        "schedule", "Noise schedule, where the model does not say",
        ("linear", () => DiscreteSchedule.Linear()), ("scaled-linear", () => DiscreteSchedule.ScaledLinear()),
        ("cosine", () => DiscreteSchedule.Cosine()));

    private readonly Option<double> _horizon =
        Default("horizon", "T of the piadm samplers, the OU time they start at.", Timeline.Horizon);

    private readonly Option<double> _blockLength =
        Default("block-length", "h of the piadm samplers, OU length of a block.", Timeline.BlockLength);

    private readonly Option<double> _step =
        Default("step", "Step of the piadm samplers, OU length.", Timeline.Step);

    private readonly Option<double> _earlyStop =
        Default("early-stop", "OU time at which the piadm samplers end.", Timeline.EarlyStop);

    private readonly Option<int> _correctorSteps =
        Default("corrector-steps", "Langevin corrector steps of piadm-ode after a block, 0 = off, else 64 or more.",
            Timeline.CorrectorSteps);

    private readonly ChoiceOption<bool> _mode = new(
        "mode", "Parallel in time, or one step after the other", ("picard", true), ("sequential", false));

    private readonly Option<int?> _blocks = new("--blocks") { Description = "Blocks the steps are cut into." };

    private readonly Option<int?> _blockSteps = new("--block-steps") { Description = "Steps a block [default: planner]." };

    private readonly Option<int?> _lookahead = new("--lookahead")
    {
        Description = "Blocks that are swept at the same time [default: planner; 1 where blocks are given].",
    };

    private readonly ChoiceOption<Linearization> _linearization = new(
        "linearization", "How a sweep linearises the denoiser",
        ("secant", Linearization.Secant), ("data", Linearization.Data), ("drift", Linearization.Drift),
        ("score", Linearization.Score));

    private readonly ChoiceOption<FirstIterate> _start = new(
        "start", "First iterate of a block", ("rolled", FirstIterate.Rolled), ("copied", FirstIterate.Copied));

    private readonly Option<double> _tolerance = Default(
        "tolerance", "RMS distance from the sequential result that a sample may have, 0 = exact.", Picard.Tolerance);

    private readonly Option<int?> _maxSweeps =
        new("--max-sweeps") { Description = "Most sweeps of a block [default: as many as it has points]." };

    public Option<string> Model { get; } = new("--model")
    {
        Description = "A model by name (see odiff models), a mixture .json, or a folder in the diffusers layout.",
        Required = true,
    };

    public Option<string> Out { get; } = new("--out")
    {
        Description = ".npy, .safetensors, a folder, or .png: a grid of images, a plot of two-dimensional samples.",
        Required = true,
    };

    public Option<string?> Report { get; } = new("--report") { Description = "Write figures of the run to this .json." };

    public Option<int> Count { get; } = Default("count", "Number of samples.", 16);

    public Option<ulong> Seed { get; } = Default("seed", "64-bit seed.", 0ul);

    public LabelOption Label { get; } = new();

    public Option<double?> Guidance { get; } = new("--guidance")
    {
        Description = "Classifier-free guidance scale, 0 or more, 1 = the label alone [default: 1].",
    };

    public Option<int?> Batch { get; } = new("--batch") { Description = "Samples a batch [default: all that fit in memory]." };

    public Option<bool> InProcess { get; } = new("--in-process") { Description = "Run inside this process." };

    public void AddTo(Command command)
    {
        Option[] options =
        [
            Model, Count, _sampler, _steps, _spacing, _eta, _finalSigma, _schedule, _horizon, _blockLength, _step,
            _earlyStop, _correctorSteps, _mode, _blocks, _blockSteps, _lookahead, _linearization, _start, _tolerance, _maxSweeps,
            Seed, Label, Guidance, Batch, InProcess, Out, Report,
        ];
        foreach (var option in options)
            command.Options.Add(option);
    }

    public bool IsPicard(ParseResult parsed) => _mode.Read(parsed);

    public PicardOptions PicardOptions(ParseResult parsed) => new()
    {
        Linearization = _linearization.Read(parsed),
        Start = _start.Read(parsed),
        Tolerance = parsed.GetValue(_tolerance),
        MaxSweeps = parsed.GetValue(_maxSweeps),
        Lookahead = Lookahead(parsed) ?? Picard.Lookahead,
    };

    /// <summary>Blocks that are swept at the same time; null for the planner's choice.</summary>
    public int? Lookahead(ParseResult parsed) => parsed.GetValue(_lookahead);

    /// <summary>The grid, as the model has it where nothing else is asked for; a block cut only if one is given.</summary>
    public TimelineOptions TimelineOptions(ParseResult parsed, Models.Model model)
    {
        var ofModel = model.Timeline ?? Timeline;
        var steps = parsed.GetValue(_steps) ?? ofModel.Steps;
        return ofModel with
        {
            Sampler = _sampler.Read(parsed),
            Steps = steps,
            Spacing = IsGiven(parsed, _spacing) ? _spacing.Read(parsed) : ofModel.Spacing,
            Eta = parsed.GetValue(_eta),
            FinalSigma = _finalSigma.Read(parsed),
            Horizon = parsed.GetValue(_horizon),
            BlockLength = parsed.GetValue(_blockLength),
            Step = parsed.GetValue(_step),
            EarlyStop = parsed.GetValue(_earlyStop),
            CorrectorSteps = parsed.GetValue(_correctorSteps),
            BlockSteps = BlockSteps(parsed, steps),
        };
    }

    /// <summary>The schedule that the sampler walks: the model's, else the one asked for, else the OU process.</summary>
    public VariancePreservingSchedule Schedule(ParseResult parsed, Models.Model model)
    {
        if (model.Schedule is null)
        {
            return _sampler.Read(parsed) is Sampler.PiadmSde or Sampler.PiadmOde && !IsGiven(parsed, _schedule)
                ? new OuSchedule()
                : _schedule.Read(parsed)();
        }

        if (IsGiven(parsed, _schedule))
            throw new InvalidOptionException("schedule", $"is given by the model {model.Name}: {model.Schedule.Name}");
        return model.Schedule;
    }

    private int? BlockSteps(ParseResult parsed, int steps)
    {
        var blocks = parsed.GetValue(_blocks);
        var blockSteps = parsed.GetValue(_blockSteps);
        if (blocks is null)
            return blockSteps;
        if (blockSteps is not null)
            throw new InvalidOptionException("blocks", "and --block-steps exclude each other");
        if (blocks < 1 || blocks > steps)
            throw new InvalidOptionException("blocks", $"must be 1 to the number of steps, {steps}, was {blocks}");
        return (steps + blocks - 1) / blocks;
    }

    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    private static Option<T> Default<T>(string name, string description, T value) =>
        new("--" + name) { Description = description, DefaultValueFactory = _ => value };
}
