using System.Text.Json;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Silo;

namespace OrleansDiffusion.Cli.Benchmarks;

/// <summary>What checkpoints cost: the same job with one at every block end, and with none.</summary>
internal static class CheckpointBenchmark
{
    // x, y and D of one sample are 200 KB.
    private const int Elements = 200 * 1024 / (3 * sizeof(float));
    private const int Blocks = 100;
    private const int Rounds = 7; // of both, in turn

    /// <summary>Runs both in turn, and compares the medians.</summary>
    /// <param name="device">The emulated device; a block takes a call or two.</param>
    /// <param name="folder">Where to keep what is written.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<Row> Run(Device device, string folder, CancellationToken cancellationToken)
    {
        var request = new SamplingRequest
        {
            Model = Model(folder), Count = 1, Sampler = "ddim", Steps = Blocks, Blocks = Blocks, Lookahead = 1,
        };
        await using var with = await Start(device, folder, TimeSpan.Zero, cancellationToken);
        await using var without = await Start(device, folder, Timeout.InfiniteTimeSpan, cancellationToken);
        await TimedJob.Run(with.Grains, request, cancellationToken);
        await TimedJob.Run(without.Grains, request, cancellationToken);
        var (ones, others) = (new List<TimedJob>(), new List<TimedJob>());
        for (var i = 0; i < Rounds; i++)
        {
            ones.Add(await TimedJob.Run(with.Grains, request, cancellationToken));
            others.Add(await TimedJob.Run(without.Grains, request, cancellationToken));
        }

        var (one, other) = (Median(ones), Median(others));
        return new Row(Blocks / one, 3 * sizeof(float) * Elements / 1024, one, other, one / other);
    }

    private static Task<EmbeddedGrid> Start(
        Device device, string folder, TimeSpan interval, CancellationToken cancellationToken) => EmbeddedGrid.Start(
        1,
        settings => settings with
        {
            Devices = new DeviceOptions { Devices = device.Name },
            Storage = storage => storage.Location = Path.Combine(folder, "store"),
            Grid = grid => grid.CheckpointInterval = interval,
        },
        cancellationToken: cancellationToken);

    // One Gaussian: what is measured is not how many sweeps there are.
    private static string Model(string folder)
    {
        var path = Path.Combine(folder, "gaussian.json");
        var mean = JsonSerializer.Serialize(Enumerable.Range(0, Elements).Select(i => MathF.Sin(i)));
        File.WriteAllText(
            path,
            $$"""
            {"kind":"gaussian-mixture","shape":[{{Elements}}],"weights":[1],"stddevs":[0.3],"means":[{{mean}}]}
            """);
        return path;
    }

    private static double Median(IEnumerable<TimedJob> jobs) =>
        jobs.Select(job => job.Wall.TotalSeconds).Order().ElementAt(Rounds / 2);

    /// <summary>What was measured.</summary>
    /// <param name="BlocksPerSecond">Block ends that were written a second.</param>
    /// <param name="Kibibytes">What each held.</param>
    /// <param name="With">Median seconds of the job with checkpoints.</param>
    /// <param name="Without">And without.</param>
    /// <param name="Ratio">One over the other.</param>
    public sealed record Row(double BlocksPerSecond, int Kibibytes, double With, double Without, double Ratio);
}
