using System.Diagnostics;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Silo;

namespace OrleansDiffusion.Cli.Benchmarks;

/// <summary>
/// What a grid adds to the model calls: one job on more and more silos, each with an emulated accelerator whose calls
/// take a given time. All silos share this machine's cores.
/// </summary>
internal static class GridBenchmark
{
    private const int MostWarmUps = 30; // jobs of a grid that do not count: its code is still being compiled
    private const int Counted = 5;
    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(30); // of jobs that take seconds a few will do

    /// <summary>Runs the job on every number of silos, several times, and takes the run of the median wall time.</summary>
    public static async IAsyncEnumerable<Row> Run(
        SamplingRequest request, IReadOnlyList<int> silos, Device device,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var count in silos)
        {
            await using var grid = await EmbeddedGrid.Start(
                count, settings => settings with { Devices = new DeviceOptions { Devices = device.Name } },
                cancellationToken: cancellationToken);
            var begun = Stopwatch.GetTimestamp();
            for (var i = 0; i < MostWarmUps && Stopwatch.GetElapsedTime(begun) < LongestWarmUp; i++)
                await TimedJob.Run(grid.Grains, request, cancellationToken);
            var jobs = new List<TimedJob>();
            for (var i = 0; i < Counted; i++)
                jobs.Add(await TimedJob.Run(grid.Grains, request, cancellationToken));
            var (outline, batch, wall) = jobs.OrderBy(job => job.Wall).ElementAt(Counted / 2);
            yield return new Row(
                count, batch.Rounds, outline.Steps, wall.TotalSeconds, wall / (batch.Rounds * device.CallTime),
                outline.Steps * device.CallTime / wall, Median(batch.ExchangeTimes), batch.ModelCalls,
                outline.StepsOfBlocks.Sum(steps => (steps + outline.PointsPerNode - 1) / outline.PointsPerNode),
                (double)batch.Messages / batch.Rounds, Environment.WorkingSet >> 20);
        }
    }

    private static double Median(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Select(time => time.TotalMilliseconds).Order().ToList();
        return sorted[sorted.Count / 2];
    }

    /// <summary>One number of silos.</summary>
    /// <param name="Silos">How many.</param>
    /// <param name="Rounds">Sweeps.</param>
    /// <param name="SequentialRounds">Model calls of the sequential sampler.</param>
    /// <param name="WallSeconds">From the request to the samples.</param>
    /// <param name="OverModel">The wall time over that of as many model calls as there were rounds.</param>
    /// <param name="SpeedUp">The time of the sequential sampler's model calls over the wall time.</param>
    /// <param name="ExchangeMilliseconds">Median of what a sweep took beyond the model call.</param>
    /// <param name="ModelCalls">Model calls of all silos.</param>
    /// <param name="TimeNodes">Time-nodes of all blocks.</param>
    /// <param name="MessagesPerSweep">Messages published a sweep.</param>
    /// <param name="MegaBytes">Resident memory of the process, MiB.</param>
    public sealed record Row(
        int Silos, int Rounds, int SequentialRounds, double WallSeconds, double OverModel, double SpeedUp,
        double ExchangeMilliseconds, long ModelCalls, int TimeNodes, double MessagesPerSweep, long MegaBytes);
}
