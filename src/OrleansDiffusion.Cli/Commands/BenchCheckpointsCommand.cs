using System.CommandLine;
using System.Text.Json;
using OrleansDiffusion.Cli.Benchmarks;
using OrleansDiffusion.Cli.Output;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>odiff bench checkpoints</c>: what it costs to write every block end.</summary>
internal static class BenchCheckpointsCommand
{
    public static Command Create()
    {
        var device = new Option<string>("--device")
        {
            Description = "The emulated accelerator.",
            DefaultValueFactory = _ => "emulated:45ms",
        };
        var report = new Option<string?>("--report") { Description = "Write the figures to this .json." };
        var command = new Command("checkpoints", "What it costs to write every block end into a folder.");
        command.Options.Add(device);
        command.Options.Add(report);
        command.SetAction((parsed, cancellationToken) => Run(
            parsed.GetValue(device)!, parsed.GetValue(report), cancellationToken));
        return command;
    }

    private static async Task Run(string name, string? report, CancellationToken cancellationToken)
    {
        var device = BenchDevice.Parse(name);
        if (report is not null)
            WritableFile.Check("report", report);
        TorchRuntime.Load();
        var folder = Directory.CreateTempSubdirectory("odiff-bench-");
        try
        {
            var row = await CheckpointBenchmark.Run(device, folder.FullName, cancellationToken);
            Console.WriteLine(
                $"{row.BlocksPerSecond:f1} blocks of {row.Kibibytes} KiB a second: {row.With:f2} s with checkpoints, "
                + $"{row.Without:f2} s without, {row.Ratio:f3} times as long");
            Console.WriteLine($"Times are those of {name}: emulated.");
            if (report is not null)
                WritableFile.Write(report, stream => JsonSerializer.Serialize(stream, row, JsonSerializerOptions.Web));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
