using System.CommandLine;
using System.Diagnostics;
using OrleansDiffusion.Cli.Output;
using OrleansDiffusion.Cli.Runs;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Grid.Durability;
using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Silo;
using OrleansDiffusion.Storage.Objects;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>odiff sample</c>: draws samples and writes them to a file.</summary>
internal static class SampleCommand
{
    public static Command Create()
    {
        var options = new SampleOptions();
        var command = new Command("sample", "Draw samples from a model.");
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Run(options, parsed, cancellationToken));
        return command;
    }

    private static async Task<int> Run(SampleOptions options, ParseResult parsed, CancellationToken cancellationToken)
    {
        var request = options.Request(parsed);
        var silos = options.Silos(parsed);
        var devices = new DeviceOptions { Devices = options.Devices(parsed) };
        if (options.Connect(parsed) is { } redis)
        {
            await using var cluster = await ClusterConnection.Open(
                redis, options.Cluster(parsed), TerminalLog.For(parsed), cancellationToken);
            var job = await GridRun.Plan(cluster.Grains, request, GridCalls.Again, cancellationToken: cancellationToken);
            return await Draw(job, request, devices: null, options, parsed, cancellationToken);
        }

        var checkpoint = options.Checkpoint(parsed);
        TorchRuntime.Load();
        if (options.IsInProcess(parsed))
        {
            using var inProcess = InProcessRun.Open(request, options.IsSequential(parsed));
            return await Draw(inProcess, request, devices: null, options, parsed, cancellationToken);
        }

        var named = devices.Devices is null ? null : devices.Validate();
        var kept = checkpoint is null ? null : await KeptJob(checkpoint.Open(parsed)!, cancellationToken);
        await using var grid = await EmbeddedGrid.Start(
            silos, settings => settings with { Devices = devices, Storage = checkpoint?.Read(parsed) },
            TerminalLog.For(parsed), cancellationToken);
        var run = await GridRun.Plan(grid.Grains, request, GridCalls.Once, kept, cancellationToken);
        return await Draw(run, request, named, options, parsed, cancellationToken);
    }

    // The job that is kept in a store, or the id of one that is to be.
    private static async Task<string> KeptJob(IObjectStore store, CancellationToken cancellationToken) =>
        await new JobStore(store).Jobs(cancellationToken) switch
        {
            [] => GridRun.NewJobId(),
            [var only] => only,
            var several => throw new InvalidOptionException("checkpoint", $"must hold one job, holds {several.Count}"),
        };

    private static async Task<int> Draw(
        ISamplingRun run, SamplingRequest request, IReadOnlyList<Device>? devices, SampleOptions options,
        ParseResult parsed, CancellationToken cancellationToken)
    {
        CheckSize(request.Count, run.Outline.Shape);
        var place = new SampleFile(options.Out(parsed), run.Outline.Shape, request.Count);
        var reportPath = ReportPath(options, parsed);

        var description = new RunDescription(run.JobId, request, run.Outline, options.IsSequential(parsed), devices);
        var started = Stopwatch.GetTimestamp();
        var samples = new List<float>();
        var batches = new List<BatchReport>();
        await ProgressDisplay.Run(description, async progress =>
        {
            await foreach (var (values, batch) in run.Draw(progress, cancellationToken))
            {
                samples.AddRange(values);
                batches.Add(batch);
            }
        });

        var report = SamplingReport.From(description, batches, Stopwatch.GetElapsedTime(started));
        place.Write([.. samples], report.Title);
        if (reportPath is not null)
            WritableFile.Write(reportPath, report.WriteTo);
        Console.WriteLine(report.Summary);
        if (report.MaxResidual > report.Tolerance)
        {
            Console.Error.WriteLine(
                $"note: --max-sweeps ended a block before its tolerance; a sample may be off by {report.MaxResidual:g2}");
        }

        return Losses(batches);
    }

    // Where the report goes, checked to be writable, or null.
    private static string? ReportPath(SampleOptions options, ParseResult parsed)
    {
        if (options.Report(parsed) is not { } path)
            return null;
        WritableFile.Check("report", path);
        return Path.GetFullPath(path) != Path.GetFullPath(options.Out(parsed))
            ? path
            : throw new InvalidOptionException("report", "must not name the file of --out");
    }

    private static void CheckSize(int count, IReadOnlyList<long> shape)
    {
        var most = Array.MaxLength / sizeof(float) / shape.Aggregate(1L, (product, size) => product * size);
        if (count > most)
            throw new InvalidOptionException("count", $"must be at most {most} for samples of this size, was {count}");
    }

    private static int Losses(IEnumerable<BatchReport> batches)
    {
        var lost = batches.SelectMany(batch => batch.Lost).ToList();
        if (lost.Count == 0)
            return 0;
        var first = lost[0];
        Console.Error.WriteLine(
            $"odiff: {lost.Count} samples were lost to NaN or infinity, and are written as NaN; first sample "
            + $"{first.Sample} at step {first.Step} of block {first.Block}, node {first.Node}");
        return 1;
    }
}
