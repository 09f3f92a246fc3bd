namespace OrleansDiffusion.Chaos.Tests.Cluster;

/// <summary>The memory that a process occupied, over time.</summary>
internal sealed class MemoryRecord(string name, OdiffProcess process)
{
    private const double BytesAMegabyte = 1 << 20;

    private readonly List<double> _megabytes = [];

    /// <summary>Notes what it occupies.</summary>
    public void Note() => _megabytes.Add(process.Memory / BytesAMegabyte);

    /// <summary>By how much the median of the second half of the time is above that of the first, as a share of it.</summary>
    public double Growth()
    {
        var half = _megabytes.Count / 2;
        return (Median(_megabytes[half..]) / Median(_megabytes[..half])) - 1;
    }

    /// <summary>What it occupied last.</summary>
    public override string ToString() => _megabytes is [] ? $"{name} -" : $"{name} {_megabytes[^1]:f0} MB";

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
