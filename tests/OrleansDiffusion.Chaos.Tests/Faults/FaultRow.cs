namespace OrleansDiffusion.Chaos.Tests.Faults;

/// <summary>What a fault cost.</summary>
/// <param name="Fault">The fault.</param>
/// <param name="Recovery">From its beginning to the first sweep after it; null if none was heard of.</param>
/// <param name="ExtraSweeps">Sweeps beyond those of an undisturbed run; null where the job failed.</param>
/// <param name="Recoveries">How often the open blocks were begun anew.</param>
/// <param name="Distance">RMS distance of the samples from those of an undisturbed run; null where the job failed.</param>
internal sealed record FaultRow(string Fault, TimeSpan? Recovery, int? ExtraSweeps, int Recoveries, double? Distance)
{
    public const string Header =
        "| Fault | Recovery, s | Extra sweeps | Recoveries | RMS distance |\n|---|---:|---:|---:|---:|";

    /// <inheritdoc/>
    public override string ToString()
    {
        var recovery = Recovery is { } time ? $"{time.TotalSeconds:f2}" : "-";
        var distance = Distance is { } known ? $"{known:g2}" : "the job fails";
        return $"| {Fault} | {recovery} | {(ExtraSweeps is { } sweeps ? $"{sweeps}" : "-")} | {Recoveries} | {distance} |";
    }
}
