using System.CommandLine;
using System.Text.Json;
using OrleansDiffusion.Cli.Benchmarks;
using OrleansDiffusion.Cli.Output;
using OrleansDiffusion.Models;
using Spectre.Console;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>odiff bench linearizations</c>: rounds and end errors of the four, from both first iterates.</summary>
internal static class BenchLinearizationsCommand
{
    private static readonly (int Steps, int BlockSteps)[] Grids = [(100, 100), (1000, 100), (1000, 1000)];

    public static Command Create()
    {
        var shared = new BenchOptions(samples: 16);
        var modelName = new Option<string>("--model")
        {
            Description = "The model to sample.",
            DefaultValueFactory = _ => DemoMixture.Name,
        };
        var command = new Command("linearizations", "The four linearisations from both first iterates: DDPM with 100 and 1000 steps.");
        command.Options.Add(modelName);
        shared.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            Run(shared, parsed, parsed.GetValue(modelName)!, cancellationToken);
            return Task.CompletedTask;
        });
        return command;
    }

    private static void Run(
        BenchOptions shared, ParseResult parsed, string modelName, CancellationToken cancellationToken)
    {
        var samples = shared.Samples(parsed);
        var tolerance = shared.Tolerance(parsed);
        var report = shared.Report(parsed);
        TorchRuntime.Load();
        using var model = Catalogue.Open(modelName);

        var rows = LinearizationBenchmark.Run(model, Grids, samples, tolerance, cancellationToken).ToList();
        var table = new Table().Border(TableBorder.Markdown).AddColumns(
            "steps", "blocks", "linearization", "start", "rounds", "evals", "p50 error", "p95 error");
        foreach (var (steps, blockSteps, linearization, start, m) in rows)
        {
            table.AddRow(
                $"{steps}", $"{steps / blockSteps} x {blockSteps}", Name(linearization), Name(start), $"{m.Rounds}", $"{m.Evaluations:f0}",
                $"{m.MedianError:0.0e-0}", $"{m.Percentile95Error:0.0e-0}");
        }

        ConsoleTable.Write(table);
        if (report is not null)
            WritableFile.Write(report, stream => JsonSerializer.Serialize(stream, rows, JsonSerializerOptions.Web));

        static string Name(Enum value) => value.ToString().ToLowerInvariant();
    }
}
