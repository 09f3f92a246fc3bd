namespace OrleansDiffusion.Chaos.Tests.Cluster;

/// <summary>What a process held, over time.</summary>
internal sealed class MemoryRecord(string name, OdiffProcess process)
{
    private const double BytesAMegabyte = 1 << 20;

    private readonly List<double> _megabytes = [];

    /// <summary>Notes what it holds.</summary>
    public async Task Note(CancellationToken cancellationToken) =>
        _megabytes.Add(await LiveHeap.Of(process.Id, cancellationToken) / BytesAMegabyte);

    /// <summary>By how much the median of the second half of the time is above that of the first, as a share of it.</summary>
    public double Growth()
    {
        var half = _megabytes.Count / 2;
        return (Median(_megabytes[half..]) / Median(_megabytes[..half])) - 1;
    }

    /// <summary>What it held last.</summary>
    public override string ToString() => _megabytes is [] ? $"{name} -" : $"{name} {_megabytes[^1]:f1} MB";

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
