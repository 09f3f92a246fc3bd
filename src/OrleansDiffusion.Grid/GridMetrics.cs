using System.Diagnostics.Metrics;

namespace OrleansDiffusion.Grid;

/// <summary>What is measured of batches.</summary>
public static class GridMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "OrleansDiffusion.Grid";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Recoveries = Meter.CreateCounter<long>(
        "odiff.batch.recoveries", "{recovery}", "How often open blocks were begun anew, by why: gone, late, doubt or failed.");

    private static readonly Counter<long> Quarantined = Meter.CreateCounter<long>(
        "odiff.silo.quarantined", "{silo}", "Silos left out for returning NaN where others did not, by silo.");

    private static readonly Gauge<int> BatchesWalked = Meter.CreateGauge<int>(
        "odiff.batch.walked", "{batch}", "Batches that are walked, by the silo of their queue.");

    private static readonly Gauge<int> BatchesQueued = Meter.CreateGauge<int>(
        "odiff.batch.queued", "{batch}", "Batches that wait for their turn, by the silo of their queue.");

    internal static void Recovered(string why) => Recoveries.Add(1, new KeyValuePair<string, object?>("why", why));

    internal static void Queued(int walked, int queued)
    {
        BatchesWalked.Record(walked);
        BatchesQueued.Record(queued);
    }

    internal static void Quarantine(SiloAddress silo) =>
        Quarantined.Add(1, new KeyValuePair<string, object?>("silo", silo.ToString()));
}
