using System.CommandLine;
using OrleansDiffusion.Grid.Planning;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Nodes.Planning;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Schedules;
using OrleansDiffusion.Silo;

namespace OrleansDiffusion.Cli.Commands;

/// <summary>The options of <c>odiff sample</c>, and the request that they make.</summary>
internal sealed class SampleOptions
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

    private readonly ChoiceOption<Func<DiscreteSchedule>> _schedule =
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

    private readonly ChoiceOption<bool> _mode = new(
        new NamedChoice<bool>("mode", ("picard", false), ("sequential", true)),
        "Parallel in time; or one step after the other within this process, as the reference");

    private readonly Option<int?> _blocks = new("--blocks") { Description = "Blocks the steps are cut into." };

    private readonly Option<int?> _blockSteps = new("--block-steps") { Description = "Steps a block [default: planner]." };

    private readonly Option<int?> _pointsPerNode =
        new("--points-per-node") { Description = "Grid points that a time-node owns [default: planner]." };

    private readonly Option<int?> _lookahead = new("--lookahead")
    {
        Description = "Blocks that are swept at the same time [default: planner; 1 where blocks are given].",
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

    private readonly Option<int> _silos = Default("silos", "Silos of the embedded grid.", 1);

    private readonly DevicesOption _devices = new();

    private readonly Option<bool> _inProcess = new("--in-process") { Description = "Run without a grid, by plain calls." };

    private readonly Option<string?> _connect = new("--connect")
    {
        Description = "Run on the cluster whose Redis is at redis://host:port, rediss for TLS, instead of a grid of its own.",
    };

    private readonly ClusterOption _cluster = new();

    private readonly StoreOption _checkpoint = new(
        "--checkpoint", "Keep the job there while it runs; the same command again goes on from it");

    private readonly Option<string> _out = new("--out")
    {
        Description = ".npy, .safetensors, a folder, or .png: a grid of images, a plot of two-dimensional samples.",
        Required = true,
    };

    private readonly Option<string?> _report = new("--report") { Description = "Write figures of the run to this .json." };

    private Option[] All =>
    [
        _model, _count, _sampler, _steps, _spacing, _eta, _finalSigma, _schedule, _horizon, _blockLength, _step,
        _earlyStop, _correctorSteps, _mode, _blocks, _blockSteps, _pointsPerNode, _lookahead, _linearization, _start,
        _tolerance, _maxSweeps, _seed, _label, _guidance, _batch, _silos, _devices, _inProcess, _connect,
        _cluster, _checkpoint, _out, _report,
    ];

    public void AddTo(Command command)
    {
        foreach (var option in All)
            command.Options.Add(option);
    }

    /// <summary>What is asked for, checked as far as it can be without the model.</summary>
    /// <exception cref="InvalidOptionException">Names the option and what it may be.</exception>
    public SamplingRequest Request(ParseResult parsed)
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
            Linearization = parsed.GetRequiredValue(_linearization),
            Start = parsed.GetRequiredValue(_start),
            Tolerance = parsed.GetValue(_tolerance),
            MaxSweeps = parsed.GetValue(_maxSweeps),
            Seed = parsed.GetValue(_seed),
            Labels = _label.Read(parsed),
            Guidance = parsed.GetValue(_guidance),
            Batch = parsed.GetValue(_batch),
        };
        RequestRules.Check(request);
        return request;
    }

    /// <summary>Whether the steps are to be taken one after the other.</summary>
    public bool IsSequential(ParseResult parsed) => _mode.Read(parsed);

    /// <summary>Silos of the embedded grid, 1 or more.</summary>
    /// <exception cref="InvalidOptionException">It is not positive.</exception>
    public int Silos(ParseResult parsed) => parsed.GetValue(_silos) is > 0 and var silos
        ? silos
        : throw new InvalidOptionException("silos", $"must be positive, was {parsed.GetValue(_silos)}");

    /// <summary>Devices of every silo of the embedded grid; null where none are asked for.</summary>
    /// <exception cref="InvalidOptionException">They are asked for, but there is to be no grid.</exception>
    public string? Devices(ParseResult parsed)
    {
        var devices = parsed.GetValue(_devices);
        return devices is null || !IsInProcess(parsed)
            ? devices
            : throw new InvalidOptionException(
                "devices", "is taken by the silos of a grid, not by --in-process and --mode sequential");
    }

    /// <summary>The Redis of the cluster to run on; null for a grid of its own, or none.</summary>
    /// <exception cref="InvalidOptionException">It is no address of one, or there is an option that a cluster does not take.</exception>
    public RedisAddress? Connect(ParseResult parsed)
    {
        if (parsed.GetValue(_connect) is not { } url)
        {
            return IsGiven(parsed, _cluster)
                ? throw new InvalidOptionException("cluster", "is taken with --connect only")
                : null;
        }

        Option[] excluded = [_silos, _devices, _inProcess, _checkpoint];
        if (excluded.FirstOrDefault(option => IsGiven(parsed, option)) is { } given)
            throw new InvalidOptionException("connect", $"is not taken with {given.Name}, which is for a run in this process");
        return IsSequential(parsed)
            ? throw new InvalidOptionException("connect", "is not taken with --mode sequential, which runs in this process")
            : RedisAddress.Parse("connect", url);
    }

    /// <summary>Where the job is kept; null if it is not.</summary>
    /// <exception cref="InvalidOptionException">There can be no store there, or there is to be no grid.</exception>
    public StoreOption? Checkpoint(ParseResult parsed)
    {
        if (parsed.GetValue(_checkpoint) is null)
            return null;
        return IsInProcess(parsed)
            ? throw new InvalidOptionException(
                "checkpoint", "is taken by a grid, not by --in-process and --mode sequential")
            : _checkpoint;
    }

    /// <summary>The name of the cluster to connect to.</summary>
    public string Cluster(ParseResult parsed) => parsed.GetRequiredValue(_cluster);

    /// <summary>Whether to run without a grid.</summary>
    public bool IsInProcess(ParseResult parsed) => parsed.GetValue(_inProcess) || IsSequential(parsed);

    /// <summary>Where samples go.</summary>
    public string Out(ParseResult parsed) => parsed.GetRequiredValue(_out);

    /// <summary>Where the report goes, or null.</summary>
    public string? Report(ParseResult parsed) => parsed.GetValue(_report);

    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    private static Option<T> Default<T>(string name, string description, T value) =>
        new("--" + name) { Description = description, DefaultValueFactory = _ => value };
}
