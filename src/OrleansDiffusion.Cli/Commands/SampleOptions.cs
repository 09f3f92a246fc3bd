using System.CommandLine;
using OrleansDiffusion.Grid.Planning;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Cli.Commands;

/// <summary>The options of <c>odiff sample</c>, and the request that they make.</summary>
internal sealed class SampleOptions
{
    private readonly RequestArguments _request = new();

    private readonly ChoiceOption<bool> _mode = new(
        new NamedChoice<bool>("mode", ("picard", false), ("sequential", true)),
        "Parallel in time; or one step after the other within this process, as the reference");

    private readonly Option<int> _silos = new("--silos")
    {
        Description = "Silos of the embedded grid.",
        DefaultValueFactory = _ => 1,
    };

    private readonly DevicesOption _devices = new();

    private readonly Option<bool> _inProcess = new("--in-process") { Description = "Run without a grid, by plain calls." };

    private readonly ConnectOptions _connect = new(isRequired: false);

    private readonly StoreOption _checkpoint = new(
        "--checkpoint", "Keep the job there while it runs; the same command again goes on from it");

    private IEnumerable<Option> All =>
    [
        .. _request.All, _mode, _silos, _devices, _inProcess, .. _connect.All, _checkpoint, .. Output.All,
    ];

    /// <summary>Where the samples go.</summary>
    public OutputOptions Output { get; } = new();

    public void AddTo(Command command)
    {
        foreach (var option in All)
            command.Options.Add(option);
    }

    /// <summary>What is asked for, checked as far as it can be without the model.</summary>
    /// <exception cref="InvalidOptionException">Names the option and what it may be.</exception>
    public SamplingRequest Request(ParseResult parsed) => _request.Read(parsed);

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

    /// <summary>The cluster to run on; null for a grid of its own, or none.</summary>
    /// <exception cref="InvalidOptionException">There can be none there, or there is an option that a cluster does not take.</exception>
    public ConnectOptions? Connect(ParseResult parsed)
    {
        _connect.Check(parsed);
        if (parsed.GetValue(_connect.Connect) is null)
            return null;
        Option[] excluded = [_silos, _devices, _inProcess, _checkpoint];
        if (excluded.FirstOrDefault(option => IsGiven(parsed, option)) is { } given)
            throw new InvalidOptionException("connect", $"is not taken with {given.Name}, which is for a run in this process");
        return IsSequential(parsed)
            ? throw new InvalidOptionException("connect", "is not taken with --mode sequential, which runs in this process")
            : _connect;
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

    /// <summary>Whether to run without a grid.</summary>
    public bool IsInProcess(ParseResult parsed) => parsed.GetValue(_inProcess) || IsSequential(parsed);

    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };
}
