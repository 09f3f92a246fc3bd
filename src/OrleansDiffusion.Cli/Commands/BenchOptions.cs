using System.CommandLine;
using OrleansDiffusion.Cli.Output;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Picard;

namespace OrleansDiffusion.Cli.Commands;

/// <summary>Options that all benchmarks share.</summary>
internal sealed class BenchOptions
{
    private readonly Option<int> _samples;
    private readonly Option<double[]> _tolerances;

    private readonly Option<string?> _report = new("--report") { Description = "Write the figures to this .json." };

    public BenchOptions(int samples, params double[] tolerances)
    {
        _samples = new("--samples") { Description = "Samples of a run.", DefaultValueFactory = _ => samples };
        _tolerances = new("--tolerance")
        {
            Description = "Tolerance of the Picard runs.",
            DefaultValueFactory = _ => tolerances,
            Arity = new ArgumentArity(1, tolerances.Length),
            AllowMultipleArgumentsPerToken = true,
        };
    }

    public void AddTo(Command command)
    {
        command.Options.Add(_samples);
        command.Options.Add(_tolerances);
        command.Options.Add(_report);
    }

    public int Samples(ParseResult parsed) => parsed.GetValue(_samples) is > 0 and var samples
        ? samples
        : throw new InvalidOptionException("samples", $"must be positive, was {parsed.GetValue(_samples)}");

    public IReadOnlyList<double> Tolerances(ParseResult parsed)
    {
        var tolerances = parsed.GetValue(_tolerances)!;
        foreach (var tolerance in tolerances)
            new PicardOptions { Tolerance = tolerance }.Validate();
        return tolerances;
    }

    /// <summary>Where the report goes, checked to be writable, or null.</summary>
    public string? Report(ParseResult parsed)
    {
        var path = parsed.GetValue(_report);
        if (path is not null)
            WritableFile.Check("report", path);
        return path;
    }
}
