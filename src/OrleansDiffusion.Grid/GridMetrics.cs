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

    internal static void Recovered(string why) => Recoveries.Add(1, new KeyValuePair<string, object?>("why", why));

    internal static void Quarantine(SiloAddress silo) =>
        Quarantined.Add(1, new KeyValuePair<string, object?>("silo", silo.ToString()));
}
