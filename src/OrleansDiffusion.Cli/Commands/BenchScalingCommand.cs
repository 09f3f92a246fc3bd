using System.CommandLine;
using System.Text;
using System.Text.Json;
using OrleansDiffusion.Cli.Benchmarks;
using OrleansDiffusion.Cli.Output;
using OrleansDiffusion.Sampling;
using Spectre.Console;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>odiff bench scaling</c>: rounds against dimension.</summary>
internal static class BenchScalingCommand
{
    public static Command Create()
    {
        var shared = new BenchOptions(samples: 4, 1e-3);
        var dimensions = new Option<int[]>("--dimensions")
        {
            Description = "Dimensions of the mixtures.",
            DefaultValueFactory = _ => [2, 64, 1024, 16384],
            AllowMultipleArgumentsPerToken = true,
        };
        var folder = new Option<string>("--out")
        {
            Description = "Folder for scaling.csv and scaling.png.",
            DefaultValueFactory = _ => ".",
        };
        var command = new Command("scaling", "Rounds against dimension for piadm-sde and piadm-ode.");
        command.Options.Add(dimensions);
        command.Options.Add(folder);
        shared.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            Run(shared, parsed, parsed.GetValue(dimensions)!, parsed.GetValue(folder)!, cancellationToken);
            return Task.CompletedTask;
        });
        return command;
    }

    private static void Run(
        BenchOptions shared, ParseResult parsed, int[] dimensions, string folder, CancellationToken cancellationToken)
    {
        if (dimensions.Any(dimension => dimension is < 1 or > 1 << 20))
            throw new InvalidOptionException("dimensions", $"must be 1 to {1 << 20}, was {string.Join(" ", dimensions)}");
        var samples = shared.Samples(parsed);
        var tolerance = shared.Tolerances(parsed)[0];
        var report = shared.Report(parsed);
        var csv = Path.Combine(folder, "scaling.csv");
        var plot = Path.Combine(folder, "scaling.png");
        WritableFile.Check("out", csv);
        WritableFile.Check("out", plot);
        TorchRuntime.Load();

        var rows = new List<ScalingBenchmark.Row>();
        foreach (var row in ScalingBenchmark.Run([.. dimensions.Distinct()], samples, tolerance, cancellationToken))
        {
            Console.Error.WriteLine($"{row.Sampler}, {row.Dimension}, {row.Method}: {row.Measurement.Rounds} rounds");
            rows.Add(row);
        }

        ConsoleTable.Write(TableOf(rows));
        WritableFile.Write(csv, stream => stream.Write(Encoding.UTF8.GetBytes(Csv(rows))));
        WritableFile.Write(plot, stream => stream.Write(ScalingPlot.Png(rows)));
        if (report is not null)
            WritableFile.Write(report, stream => JsonSerializer.Serialize(stream, rows, JsonSerializerOptions.Web));
        Console.WriteLine($"{csv} and {plot} written.");
    }

    private static Table TableOf(List<ScalingBenchmark.Row> rows)
    {
        var dimensions = rows.Select(row => row.Dimension).Distinct().ToList();
        var table = new Table().Border(TableBorder.Markdown).AddColumns("sampler", "method");
        foreach (var dimension in dimensions)
            table.AddColumn(new TableColumn($"d = {dimension}").RightAligned());
        foreach (var method in rows.GroupBy(row => (row.Sampler, row.Method)))
            table.AddRow([method.Key.Sampler, method.Key.Method, .. method.Select(row => $"{row.Measurement.Rounds}")]);
        foreach (var sampler in rows.GroupBy(row => row.Sampler))
            table.AddRow([sampler.Key, "sequential", .. dimensions.Select(_ => $"{sampler.First().Measurement.SequentialRounds}")]);
        return table;
    }

    private static string Csv(IEnumerable<ScalingBenchmark.Row> rows) => string.Concat(
        rows.Select(row => row.Measurement is var m
            ? $"{row.Sampler},{row.Dimension},\"{row.Method}\",{m.Rounds},{m.SequentialRounds},{m.Evaluations:g6},"
                + $"{m.MedianError:g3},{m.Percentile95Error:g3},{string.Join(' ', m.SweepsPerBlock)}\n"
            : "")
        .Prepend("sampler,dimension,method,rounds,sequential_rounds,evaluations,median_error,p95_error,sweeps_per_block\n"));
}
