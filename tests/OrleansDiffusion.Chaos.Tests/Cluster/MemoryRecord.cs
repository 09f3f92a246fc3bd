namespace OrleansDiffusion.Chaos.Tests.Cluster;

/// <summary>The memory that a process occupied, over time.</summary>
internal sealed class MemoryRecord(OdiffProcess process)
{
    // Of the first half's median. What a garbage collector leaves lying about differs by less between medians.
    private const double MostGrowth = 0.15;
    private const double BytesAMegabyte = 1 << 20;

    private readonly List<double> _megabytes = [];

    /// <summary>Notes what it occupies.</summary>
    public void Note() => _megabytes.Add(process.Memory / BytesAMegabyte);

    /// <summary>Asserts that it occupied no more in the second half of the time than in the first.</summary>
    public void DoesNotGrow()
    {
        var half = _megabytes.Count / 2;
        var (first, second) = (Median(_megabytes[..half]), Median(_megabytes[half..]));
        Assert.True(
            second <= (1 + MostGrowth) * first, $"process {process.Id} occupied {first:f0} MB, and later {second:f0} MB");
    }

    /// <summary>What it occupied last.</summary>
    public override string ToString() => _megabytes is [] ? "-" : $"{_megabytes[^1]:f0} MB";

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
