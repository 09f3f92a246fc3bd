using System.CommandLine;
using System.Text.Json;
using OrleansDiffusion.Cli.Benchmarks;
using OrleansDiffusion.Cli.Output;
using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Silo;
using Spectre.Console;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>odiff bench exchange</c>: what a sweep costs beyond the model call.</summary>
internal static class BenchExchangeCommand
{
    private const int MostSilos = 16;
    private const int MostNodes = 64;
    private const int MostKibibytes = 4096;
    private const string Accelerator = "emulated:20ms";

    public static Command Create()
    {
        var silos = new Option<int>("--silos") { Description = "Compute silos, processes of their own.", DefaultValueFactory = _ => 4 };
        var nodes = new Option<int>("--nodes") { Description = "Time-nodes of a block, of one grid point each.", DefaultValueFactory = _ => 8 };
        var sizes = new Option<int[]>("--kibibytes")
        {
            Description = "What a time-node says in a sweep, KiB.",
            DefaultValueFactory = _ => [4, 64],
            AllowMultipleArgumentsPerToken = true,
        };
        var exchanges = new Option<string[]>("--exchange")
        {
            Description = $"What carries the messages: {string.Join(", ", SiloOptions.Exchanges.Names)}.",
            DefaultValueFactory = _ => [.. SiloOptions.Exchanges.Names],
            AllowMultipleArgumentsPerToken = true,
        };
        var report = new Option<string?>("--report") { Description = "Write the figures to this .json." };
        var command = new Command("exchange", "What a sweep costs beyond the model call, by what carries its messages.");
        Option[] all = [silos, nodes, sizes, exchanges, report];
        foreach (var option in all)
            command.Options.Add(option);
        command.SetAction((parsed, cancellationToken) => Run(
            [.. parsed.GetValue(exchanges)!.Select(SiloOptions.Exchanges.Read)],
            [.. parsed.GetValue(sizes)!.Select(size => Within("kibibytes", size, MostKibibytes))],
            Within("silos", parsed.GetValue(silos), MostSilos), Within("nodes", parsed.GetValue(nodes), MostNodes),
            parsed.GetValue(report), cancellationToken));
        return command;
    }

    private static int Within(string option, int value, int most) => value >= 1 && value <= most
        ? value
        : throw new InvalidOptionException(option, $"must be 1 to {most}, was {value}");

    private static async Task Run(
        ExchangeKind[] exchanges, int[] sizes, int silos, int nodes, string? report, CancellationToken cancellationToken)
    {
        if (report is not null)
            WritableFile.Check("report", report);
        TorchRuntime.Load();

        var rows = new List<ExchangeBenchmark.Row>();
        var table = new Table().Border(TableBorder.Markdown).AddColumns(
            "exchange", "KiB a node", "sweeps", "p10, ms", "p50, ms", "p99, ms", "messages a sweep",
            "bare call p50, ms", "p50 over it");
        await foreach (var row in ExchangeBenchmark.Run(
            exchanges, sizes, silos, nodes, DeviceList.Parse(Accelerator)[0], cancellationToken))
        {
            rows.Add(row);
            string[] cells =
            [
                SiloOptions.Exchanges.NameOf(row.Exchange), $"{row.Kibibytes}", $"{row.Rounds}", $"{row.P10:f1}",
                $"{row.P50:f1}", $"{row.P99:f1}", $"{row.MessagesPerSweep:f1}", $"{row.BareCall:f2}",
                $"{row.P50 / row.BareCall:f1}",
            ];
            table.AddRow(cells);
            Console.Error.WriteLine(string.Join(", ", cells));
        }

        ConsoleTable.Write(table);
        Console.WriteLine($"{nodes} time-nodes on {silos} silos, each with {Accelerator}: emulated.");
        if (report is not null)
            WritableFile.Write(report, stream => JsonSerializer.Serialize(stream, rows, JsonSerializerOptions.Web));
    }
}
