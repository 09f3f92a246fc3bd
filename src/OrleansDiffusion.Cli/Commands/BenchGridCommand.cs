using System.CommandLine;
using System.Text.Json;
using OrleansDiffusion.Cli.Benchmarks;
using OrleansDiffusion.Cli.Output;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Models;
using OrleansDiffusion.Sampling;
using Spectre.Console;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>odiff bench grid</c>: what a grid of emulated accelerators adds to their model calls.</summary>
internal static class BenchGridCommand
{
    private const int MostSilos = 64;
    private const int Blocks = 4;

    public static Command Create()
    {
        var shared = new BenchOptions(samples: 16, 1e-3);
        var silos = new Option<int[]>("--silos")
        {
            Description = "Numbers of silos.",
            DefaultValueFactory = _ => [1, 2, 4, 8],
            AllowMultipleArgumentsPerToken = true,
        };
        var device = new Option<string>("--device")
        {
            Description = "The emulated accelerator of each silo.",
            DefaultValueFactory = _ => "emulated:50ms",
        };
        var points = new Option<int?>("--points")
        {
            Description = "Instead one block of this many steps of piadm-ode, each a time-node of its own.",
        };
        var command = new Command("grid", $"DDPM-1000 in {Blocks} blocks on grids of emulated accelerators.");
        command.Options.Add(silos);
        command.Options.Add(device);
        command.Options.Add(points);
        shared.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Run(
            parsed.GetValue(silos)!, parsed.GetValue(device)!,
            Request(shared, parsed, parsed.GetValue(points)),
            shared.Report(parsed), cancellationToken));
        return command;
    }

    private static SamplingRequest Request(BenchOptions shared, ParseResult parsed, int? points)
    {
        if (points < 1)
            throw new InvalidOptionException("points", $"must be positive, was {points}");
        var request = new SamplingRequest
        {
            Model = DemoMixture.Name,
            Count = shared.Samples(parsed),
            Tolerance = shared.Tolerances(parsed)[0],
        };
        return points is { } steps
            ? request with
            {
                Sampler = "piadm-ode",
                BlockLength = request.Horizon,
                Step = request.Horizon / steps,
                PointsPerNode = 1,
            }
            : request with { Blocks = Blocks };
    }

    private static async Task Run(
        int[] silos, string name, SamplingRequest request, string? report, CancellationToken cancellationToken)
    {
        if (silos.Any(count => count is < 1 or > MostSilos))
            throw new InvalidOptionException("silos", $"must be 1 to {MostSilos}, was {string.Join(" ", silos)}");
        var device = BenchDevice.Parse(name);
        TorchRuntime.Load();

        var rows = new List<GridBenchmark.Row>();
        var table = new Table().Border(TableBorder.Markdown).AddColumns(
            "silos", "rounds", "wall, s", "over the model calls", "speed-up", "exchange p50, ms", "model calls",
            "time-nodes", "messages a sweep", "MiB");
        await foreach (var row in GridBenchmark.Run(request, silos, device, cancellationToken))
        {
            rows.Add(row);
            string[] cells =
            [
                $"{row.Silos}", $"{row.Rounds}", $"{row.WallSeconds:f2}", $"{row.OverModel:f2}", $"{row.SpeedUp:f1}",
                $"{row.ExchangeMilliseconds:f1}", $"{row.ModelCalls}", $"{row.TimeNodes}",
                $"{row.MessagesPerSweep:f1}", $"{row.MegaBytes}",
            ];
            table.AddRow(cells);
            Console.Error.WriteLine($"{name}: {string.Join(", ", cells)}");
        }

        ConsoleTable.Write(table);
        Console.WriteLine($"All times are those of {name}: emulated.");
        if (report is not null)
            WritableFile.Write(report, stream => JsonSerializer.Serialize(stream, rows, JsonSerializerOptions.Web));
    }
}
