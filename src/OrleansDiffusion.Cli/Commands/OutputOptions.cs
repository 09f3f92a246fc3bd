using System.CommandLine;
using System.Diagnostics;
using OrleansDiffusion.Cli.Output;
using OrleansDiffusion.Cli.Runs;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>--out</c> and <c>--report</c>: where samples and the figures of their run are written.</summary>
internal sealed class OutputOptions
{
    private readonly Option<string> _out = new("--out")
    {
        Description = ".npy, .safetensors, a folder, or .png: a grid of images, a plot of two-dimensional samples.",
        Required = true,
    };

    private readonly Option<string?> _report = new("--report") { Description = "Write figures of the run to this .json." };

    /// <summary>Both options.</summary>
    public IReadOnlyList<Option> All => [_out, _report];

    /// <summary>Draws the samples and writes them.</summary>
    /// <param name="run">Draws them.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="parsed">Says where to.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="isSequential">Whether the steps are taken one after the other.</param>
    /// <param name="devices">The devices that were asked for, of every silo; null where none were.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="InvalidOptionException">They cannot be written there.</exception>
    public async Task<int> Write(
        ISamplingRun run, SamplingRequest request, ParseResult parsed, CancellationToken cancellationToken,
        bool isSequential = false, IReadOnlyList<Device>? devices = null)
    {
        CheckSize(request.Count, run.Outline.Shape);
        var place = new SampleFile(parsed.GetRequiredValue(_out), run.Outline.Shape, request.Count);
        var reportPath = ReportPath(parsed);

        var description = new RunDescription(run.JobId, request, run.Outline, isSequential, devices);
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

    /// <summary>The folder that a manifest is written to.</summary>
    /// <exception cref="InvalidOptionException">It is none, or there is to be a report.</exception>
    public ManifestFolder Folder(ParseResult parsed) => parsed.GetValue(_report) is null
        ? new ManifestFolder(parsed.GetRequiredValue(_out))
        : throw new InvalidOptionException("report", "is not written of a manifest, whose results say what became of its lines");

    // Where the report goes, checked to be writable, or null.
    private string? ReportPath(ParseResult parsed)
    {
        if (parsed.GetValue(_report) is not { } path)
            return null;
        WritableFile.Check("report", path);
        return Path.GetFullPath(path) != Path.GetFullPath(parsed.GetRequiredValue(_out))
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
