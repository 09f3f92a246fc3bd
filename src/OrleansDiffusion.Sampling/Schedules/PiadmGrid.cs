using System.Collections.Immutable;

namespace OrleansDiffusion.Sampling.Schedules;

/// <summary>
/// The time grid of PIADM (arXiv 2405.15986, section 3): blocks of equal OU length with uniform steps, and a last
/// block whose steps shrink with the time that remains, down to the early stop.
/// </summary>
public static class PiadmGrid
{
    /// <summary>The blocks' OU times, noisiest first; a block's last time is the next one's first.</summary>
    /// <param name="horizon">T, the OU time at which sampling starts; above <paramref name="earlyStop"/>.</param>
    /// <param name="blockLength">h, OU length of a block, positive.</param>
    /// <param name="step">ε, OU length of a step, positive; the last one of a uniform block may be shorter.</param>
    /// <param name="earlyStop">η, OU time at which sampling ends, positive.</param>
    /// <returns>For a block of M steps its M + 1 times.</returns>
    public static ImmutableArray<ImmutableArray<double>> Blocks(
        double horizon, double blockLength, double step, double earlyStop)
    {
        // What is left above the early stop is shared out, so that no block lies below it; the slack keeps a horizon of
        // 0.1 + 0.2 at three blocks of 0.1.
        var count = Math.Max(1, (int)Math.Ceiling(((horizon - earlyStop) / blockLength) - 1e-9));
        var blocks = ImmutableArray.CreateBuilder<ImmutableArray<double>>(count);
        for (var n = 0; n < count - 1; n++)
            blocks.Add(Uniform(horizon - (n * blockLength), horizon - ((n + 1) * blockLength), step));
        blocks.Add(Shrinking(horizon - ((count - 1) * blockLength), step, earlyStop));
        return blocks.MoveToImmutable();
    }

    private static ImmutableArray<double> Uniform(double from, double to, double step)
    {
        var steps = Math.Max(1, (int)Math.Ceiling(((from - to) / step) - 1e-9));
        return [.. Enumerable.Range(0, steps).Select(j => from - (j * step)), to];
    }

    private static ImmutableArray<double> Shrinking(double from, double step, double earlyStop)
    {
        var times = ImmutableArray.CreateBuilder<double>();
        var remaining = from;
        times.Add(remaining);
        while (remaining > earlyStop)
        {
            remaining = remaining - step >= 1 ? remaining - step : remaining / (1 + step);
            times.Add(remaining = Math.Max(remaining, earlyStop));
        }

        return times.ToImmutable();
    }
}
