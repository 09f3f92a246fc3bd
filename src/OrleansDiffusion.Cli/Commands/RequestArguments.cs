using System.CommandLine;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Grid.Planning;
using OrleansDiffusion.Nodes.Planning;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Schedules;

namespace OrleansDiffusion.Cli.Commands;

/// <summary>The options that say what is to be sampled, and the request that they make.</summary>
internal sealed class RequestArguments
{
    private static readonly SamplingRequest Usual = new() { Model = "" };

    private readonly Option<string> _model = new("--model")
    {
        Description = "A model by name (see odiff models), a mixture .json, or a folder in the diffusers layout.",
        Required = true,
    };

    private readonly Option<int> _count = Default("count", "Number of samples.", Usual.Count);

    private readonly ChoiceOption<Sampler> _sampler = new(Choices.Samplers, "Step rule");

    private readonly Option<int?> _steps = new("--steps")
    {
        Description =
            $"Steps, 1 to the training steps [default: the model's training steps, or {new TimelineOptions().Steps}].",
    };

    private readonly ChoiceOption<TimestepSpacing> _spacing =
        new(Choices.Spacings, "How the steps lie over the training timesteps, as in diffusers");

    private readonly Option<double> _eta = Default("eta", "DDIM's eta, 0 to 1.", Usual.Eta);

    private readonly ChoiceOption<FinalSigma> _finalSigma = new(Choices.FinalSigmas, "Where dpm++2m ends");

    private readonly ChoiceOption<DiscreteSchedule> _schedule =
        new(Choices.Schedules, "Noise schedule, where the model does not say");

    private readonly Option<double> _horizon =
        Default("horizon", "T of the piadm samplers, the OU time they start at.", Usual.Horizon);

    private readonly Option<double> _blockLength =
        Default("block-length", "h of the piadm samplers, OU length of a block.", Usual.BlockLength);

    private readonly Option<double> _step = Default("step", "Step of the piadm samplers, OU length.", Usual.Step);

    private readonly Option<double> _earlyStop =
        Default("early-stop", "OU time at which the piadm samplers end.", Usual.EarlyStop);

    private readonly Option<int> _correctorSteps =
        Default("corrector-steps", "Langevin corrector steps of piadm-ode after a block, 0 = off, else 64 or more.",
            Usual.CorrectorSteps);

    private readonly Option<int?> _blocks = new("--blocks") { Description = "Blocks the steps are cut into." };

    private readonly Option<int?> _blockSteps = new("--block-steps") { Description = "Steps a block [default: planner]." };

    private readonly Option<int?> _pointsPerNode =
        new("--points-per-node") { Description = "Grid points that a time-node owns [default: planner]." };

    private readonly Option<int?> _lookahead = new("--lookahead")
    {
        Description = "Blocks that are swept at the same time [default: planner; 1 where blocks are given].",
    };

    private readonly Option<int?> _scouts = new("--scouts")
    {
        Description = "Blocks ahead of those that are swept by a few of their points [default: planner].",
    };

    private readonly ChoiceOption<Linearization> _linearization =
        new(Choices.Linearizations, "How a sweep linearises the denoiser");

    private readonly ChoiceOption<FirstIterate> _start = new(Choices.Starts, "First iterate of a block");

    private readonly Option<double> _tolerance = Default(
        "tolerance", "RMS distance from the sequential result that a sample may have, 0 = exact.", Usual.Tolerance);

    private readonly Option<int?> _maxSweeps =
        new("--max-sweeps") { Description = "Most sweeps of a block [default: as many as it has points]." };

    private readonly Option<ulong> _seed = Default("seed", "64-bit seed.", Usual.Seed);

    private readonly LabelOption _label = new();

    private readonly Option<double?> _guidance = new("--guidance")
    {
        Description = "Classifier-free guidance scale, 0 or more, 1 = the label alone [default: 1].",
    };

    private readonly Option<int?> _batch =
        new("--batch") { Description = "Samples a batch [default: all that fit in memory]." };

    private readonly Option<int> _priority = Default(
        "priority", "Jobs of a greater one are run sooner, -10 to 10; samples do not depend on it.", Usual.Priority);

    private readonly Option<string?> _submitter = new("--submitter")
    {
        Description = "Who takes turns with others of the same priority, however many jobs each has [default: all who do not say].",
    };

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All =>
    [
        _model, _count, _sampler, _steps, _spacing, _eta, _finalSigma, _schedule, _horizon, _blockLength, _step, _earlyStop,
        _correctorSteps, _blocks, _blockSteps, _pointsPerNode, _lookahead, _scouts, _linearization, _start, _tolerance,
        _maxSweeps, _seed, _label, _guidance, _batch, _priority, _submitter,
    ];

    /// <summary>What is asked for, checked as far as it can be without the model.</summary>
    /// <exception cref="InvalidOptionException">Names the option and what it may be.</exception>
    public SamplingRequest Read(ParseResult parsed)
    {
        // A request does not tell whether an option that has its usual value was given.
        var sampler = _sampler.Read(parsed);
        foreach (var option in All.Where(option => IsGiven(parsed, option)))
            SamplerRules.RequireTaken(option.Name.TrimStart('-'), sampler);

        var request = new SamplingRequest
        {
            Model = parsed.GetRequiredValue(_model),
            Count = parsed.GetValue(_count),
            Sampler = parsed.GetRequiredValue(_sampler),
            Steps = parsed.GetValue(_steps),
            Spacing = IsGiven(parsed, _spacing) ? parsed.GetValue(_spacing) : null,
            Eta = parsed.GetValue(_eta),
            FinalSigma = parsed.GetRequiredValue(_finalSigma),
            Schedule = IsGiven(parsed, _schedule) ? parsed.GetValue(_schedule) : null,
            Horizon = parsed.GetValue(_horizon),
            BlockLength = parsed.GetValue(_blockLength),
            Step = parsed.GetValue(_step),
            EarlyStop = parsed.GetValue(_earlyStop),
            CorrectorSteps = parsed.GetValue(_correctorSteps),
            Blocks = parsed.GetValue(_blocks),
            BlockSteps = parsed.GetValue(_blockSteps),
            PointsPerNode = parsed.GetValue(_pointsPerNode),
            Lookahead = parsed.GetValue(_lookahead),
            Scouts = parsed.GetValue(_scouts),
            Linearization = parsed.GetRequiredValue(_linearization),
            Start = parsed.GetRequiredValue(_start),
            Tolerance = parsed.GetValue(_tolerance),
            MaxSweeps = parsed.GetValue(_maxSweeps),
            Seed = parsed.GetValue(_seed),
            Labels = _label.Read(parsed),
            Guidance = parsed.GetValue(_guidance),
            Batch = parsed.GetValue(_batch),
            Priority = parsed.GetValue(_priority),
            Submitter = parsed.GetValue(_submitter),
        };
        RequestRules.Check(request);
        return request;
    }

    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    private static Option<T> Default<T>(string name, string description, T value) =>
        new("--" + name) { Description = description, DefaultValueFactory = _ => value };
}
