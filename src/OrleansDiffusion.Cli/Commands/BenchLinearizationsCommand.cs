using System.CommandLine;
using System.Text.Json;
using OrleansDiffusion.Cli.Benchmarks;
using OrleansDiffusion.Cli.Output;
using OrleansDiffusion.Models;
using OrleansDiffusion.Models.Native;
using Spectre.Console;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>odiff bench linearizations</c>: rounds and end errors of the four, from both first iterates.</summary>
internal static class BenchLinearizationsCommand
{
    public static Command Create()
    {
        var shared = new BenchOptions(samples: 16);
        var modelName = new Option<string>("--model")
        {
            Description = "The model to sample.",
            DefaultValueFactory = _ => DemoMixture.Name,
        };
        var command = new Command("linearizations", "DDPM with 100 and 1000 steps in blocks of 100 points.");
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
        LibTorch.Load();
        using var model = Catalogue.Open(modelName);

        var rows = LinearizationBenchmark.Run(model, [100, 1000], samples, tolerance, cancellationToken).ToList();
        var table = new Table().Border(TableBorder.Markdown).AddColumns(
            "steps", "linearization", "start", "rounds", "evaluations", "median error", "95 % error");
        foreach (var (steps, linearization, start, m) in rows)
        {
            table.AddRow(
                $"{steps}", Name(linearization), Name(start), $"{m.Rounds}", $"{m.Evaluations:f0}",
                $"{m.MedianError:e1}", $"{m.Percentile95Error:e1}");
        }

        AnsiConsole.Write(table);
        if (report is not null)
            WritableFile.Write(report, stream => JsonSerializer.Serialize(stream, rows, JsonSerializerOptions.Web));

        static string Name(Enum value) => value.ToString().ToLowerInvariant();
    }
}
