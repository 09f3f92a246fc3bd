using System.CommandLine;
using System.Text.Json;
using OrleansDiffusion.Cli.Benchmarks;
using OrleansDiffusion.Cli.Output;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Models;
using OrleansDiffusion.Nodes.Devices;
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
        var command = new Command("grid", $"DDPM-1000 in {Blocks} blocks on grids of emulated accelerators.");
        command.Options.Add(silos);
        command.Options.Add(device);
        shared.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Run(
            shared, parsed, parsed.GetValue(silos)!, parsed.GetValue(device)!, cancellationToken));
        return command;
    }

    private static async Task Run(
        BenchOptions shared, ParseResult parsed, int[] silos, string name, CancellationToken cancellationToken)
    {
        if (silos.Any(count => count is < 1 or > MostSilos))
            throw new InvalidOptionException("silos", $"must be 1 to {MostSilos}, was {string.Join(" ", silos)}");
        if (DeviceList.Parse(name) is not [{ IsEmulated: true } device] || device.CallTime == TimeSpan.Zero)
            throw new InvalidOptionException("device", $"must be one emulated device whose calls take time, was {name}");
        var request = new SamplingRequest
        {
            Model = DemoMixture.Name,
            Count = shared.Samples(parsed),
            Blocks = Blocks,
            Tolerance = shared.Tolerances(parsed)[0],
        };
        var report = shared.Report(parsed);
        TorchRuntime.Load();

        var rows = new List<GridBenchmark.Row>();
        var table = new Table().Border(TableBorder.Markdown).AddColumns(
            "silos", "rounds", "wall, s", "over the model calls", "speed-up", "exchange p50, ms", "model calls", "messages", "MiB");
        await foreach (var row in GridBenchmark.Run(request, silos, device, cancellationToken))
        {
            rows.Add(row);
            string[] cells =
            [
                $"{row.Silos}", $"{row.Rounds}", $"{row.WallSeconds:f2}", $"{row.OverModel:f2}", $"{row.SpeedUp:f1}",
                $"{row.ExchangeMilliseconds:f1}", $"{row.ModelCalls}", $"{row.Messages}", $"{row.MegaBytes}",
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
