using System.CommandLine;
using OrleansDiffusion.Cli.Output;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Picard;

namespace OrleansDiffusion.Cli.Commands;

/// <summary>Options that all benchmarks share.</summary>
internal sealed class BenchOptions
{
    private readonly Option<int> _samples;
    private readonly Option _tolerance;
    private readonly Func<ParseResult, IReadOnlyList<double>> _tolerances;

    private readonly Option<string?> _report = new("--report") { Description = "Write the figures to this .json." };

    public BenchOptions(int samples, params double[] tolerances)
    {
        _samples = new("--samples") { Description = "Samples of a run.", DefaultValueFactory = _ => samples };
        (_tolerance, _tolerances) = tolerances is [var only] ? One(only) : Several(tolerances);
    }

    public void AddTo(Command command)
    {
        command.Options.Add(_samples);
        command.Options.Add(_tolerance);
        command.Options.Add(_report);
    }

    public int Samples(ParseResult parsed) => parsed.GetValue(_samples) is > 0 and var samples
        ? samples
        : throw new InvalidOptionException("samples", $"must be positive, was {parsed.GetValue(_samples)}");

    public IReadOnlyList<double> Tolerances(ParseResult parsed)
    {
        var tolerances = _tolerances(parsed);
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

    // A list that may hold one value only is not parsed at all.
    private static (Option, Func<ParseResult, IReadOnlyList<double>>) One(double usual)
    {
        var option = new Option<double>("--tolerance")
        {
            Description = "Tolerance of the Picard runs.",
            DefaultValueFactory = _ => usual,
        };
        return (option, parsed => [parsed.GetValue(option)]);
    }

    private static (Option, Func<ParseResult, IReadOnlyList<double>>) Several(double[] usual)
    {
        var option = new Option<double[]>("--tolerance")
        {
            Description = "Tolerances of the Picard runs.",
            DefaultValueFactory = _ => usual,
            Arity = new ArgumentArity(1, usual.Length),
            AllowMultipleArgumentsPerToken = true,
        };
        return (option, parsed => parsed.GetValue(option)!);
    }
}
