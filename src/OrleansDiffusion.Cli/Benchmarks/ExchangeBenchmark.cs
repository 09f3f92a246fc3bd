using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Silo;

namespace OrleansDiffusion.Cli.Benchmarks;

/// <summary>
/// What a sweep costs beyond the model call, by what carries its messages and by how much a time-node says: compute silos
/// as processes of their own, the supervisor in this one, all on loopback.
/// </summary>
internal static class ExchangeBenchmark
{
    private const int Blocks = 20;
    private const int BareCalls = 200;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Runs the same job over every exchange and size. Jobs before it, while the code is compiled, do not count.
    /// </summary>
    /// <param name="exchanges">What carries the messages.</param>
    /// <param name="kibibytes">What a time-node says in a sweep: the offset of its map, KiB.</param>
    /// <param name="silos">Compute silos.</param>
    /// <param name="nodes">Time-nodes of a block, of one grid point each.</param>
    /// <param name="device">The emulated device of each silo.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async IAsyncEnumerable<Row> Run(
        IEnumerable<ExchangeKind> exchanges, IReadOnlyList<int> kibibytes, int silos, int nodes, Device device,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("odiff-bench-");
        try
        {
            foreach (var exchange in exchanges)
            {
                await using var cluster = await LoopbackCluster.Start(silos, exchange, device.Name, cancellationToken);
                foreach (var size in kibibytes)
                {
                    var request = Request(folder.FullName, size, nodes);
                    var started = Stopwatch.GetTimestamp();
                    while (Stopwatch.GetElapsedTime(started) < WarmUp)
                        await TimedJob.Run(cluster.Grains, request with { Seed = 1 }, cancellationToken);
                    var (_, batch, _) = await TimedJob.Run(cluster.Grains, request, cancellationToken);
                    var times = batch.ExchangeTimes.Select(time => time.TotalMilliseconds).Order().ToList();
                    yield return new Row(
                        exchange, size, batch.Rounds, Quantile(times, 0.1), Quantile(times, 0.5), Quantile(times, 0.99),
                        (double)batch.Messages / batch.Rounds, await BareCall(cluster, device, cancellationToken));
                }
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // The least that anything costs on this machine: one of Orleans' own calls to all compute silos at once, and back, after as
    // long a pause as a model call. Median, ms.
    private static async Task<double> BareCall(LoopbackCluster cluster, Device device, CancellationToken cancellationToken)
    {
        var management = cluster.Grains.GetGrain<IManagementGrain>(0);
        var hosts = (await management.GetHosts(onlyActive: true, cancellationToken)).Keys;
        var silos = hosts.Where(silo => !silo.Endpoint.Equals(cluster.Control)).ToArray();
        var times = new List<double>();
        for (var i = 0; i < BareCalls; i++)
        {
            await Task.Delay(device.CallTime, cancellationToken);
            var started = Stopwatch.GetTimestamp();
            await management.GetRuntimeStatistics(silos, cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return Quantile([.. times.Order()], 0.5);
    }

    private static SamplingRequest Request(string folder, int kibibytes, int nodes) => new()
    {
        Model = Mixture(folder, kibibytes * 1024 / sizeof(float)),
        Count = 1,
        Steps = nodes * Blocks,
        Blocks = Blocks,
        PointsPerNode = 1,

        // Slow to converge: what is measured are sweeps, not starts of blocks.
        Linearization = "score",
        Start = "copied",
        Tolerance = 1e-5,
    };

    // Two Gaussians with opposite means, of as many dimensions as make up the size.
    private static string Mixture(string folder, int elements)
    {
        var path = Path.Combine(folder, $"mixture-{elements}.json");
        var mean = Enumerable.Range(0, elements).Select(i => MathF.Sin(i)).ToArray();
        var opposite = mean.Select(value => -value);
        File.WriteAllText(
            path,
            $$"""
            {"kind":"gaussian-mixture","shape":[{{elements}}],"weights":[1,1],"stddevs":[0.3,0.3],
             "means":[{{JsonSerializer.Serialize(mean)}},{{JsonSerializer.Serialize(opposite)}}]}
            """);
        return path;
    }

    private static double Quantile(List<double> sorted, double q) => sorted[(int)(q * (sorted.Count - 1))];

    /// <summary>One exchange and size. Times in ms.</summary>
    /// <param name="Exchange">What carried the messages.</param>
    /// <param name="Kibibytes">What a time-node says in a sweep, KiB.</param>
    /// <param name="Rounds">Sweeps.</param>
    /// <param name="P10">A tenth of the sweeps cost at most this beyond the model call.</param>
    /// <param name="P50">Half of them.</param>
    /// <param name="P99">99 of 100.</param>
    /// <param name="MessagesPerSweep">Messages published a sweep.</param>
    /// <param name="BareCall">Half of the bare calls to all compute silos at once took at most this, there and back.</param>
    public sealed record Row(
        ExchangeKind Exchange, int Kibibytes, int Rounds, double P10, double P50, double P99, double MessagesPerSweep,
        double BareCall);
}
