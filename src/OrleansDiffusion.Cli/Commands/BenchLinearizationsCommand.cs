using System.CommandLine;
using System.Text.Json;
using OrleansDiffusion.Grid.Planning;
using OrleansDiffusion.Cli.Benchmarks;
using OrleansDiffusion.Cli.Output;
using OrleansDiffusion.Models;
using OrleansDiffusion.Sampling;
using Spectre.Console;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>odiff bench linearizations</c>: rounds and end errors of the four, from both first iterates.</summary>
internal static class BenchLinearizationsCommand
{
    public static Command Create()
    {
        var shared = new BenchOptions(samples: 16, 1e-2, 1e-3);
        var modelName = new Option<string>("--model")
        {
            Description = "The model to sample.",
            DefaultValueFactory = _ => DemoMixture.Name,
        };
        var command = new Command(
            "linearizations", "Rounds of the four linearisations from both first iterates: DDPM-1000 and -100, DDIM-100.");
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
        var tolerances = shared.Tolerances(parsed);
        var report = shared.Report(parsed);
        TorchRuntime.Load();
        using var model = Catalogue.Open(modelName);

        var rows = new List<LinearizationBenchmark.Row>();
        var table = new Table().Border(TableBorder.Markdown).AddColumns(
            "sampler", "cut", "tolerance", "linearization", "start", "rounds", "evals", "p50 error", "p95 error");
        foreach (var row in new LinearizationBenchmark(model, samples, tolerances).Run(cancellationToken))
        {
            var (grid, tolerance, linearization, start, m) = row;
            rows.Add(row);
            string[] cells =
            [
                $"{grid.Sampler.Name()}-{grid.Steps}", grid.Cut, $"{tolerance:0e-0}",
                Choices.Linearizations.NameOf(linearization), Choices.Starts.NameOf(start),
                $"{m.Rounds}", $"{m.Evaluations:f0}", $"{m.MedianError:0.0e-0}", $"{m.Percentile95Error:0.0e-0}",
            ];
            table.AddRow(cells);
            Console.Error.WriteLine(string.Join(", ", cells));
        }

        ConsoleTable.Write(table);
        if (report is not null)
            WritableFile.Write(report, stream => JsonSerializer.Serialize(stream, rows, JsonSerializerOptions.Web));
    }
}
