using OrleansDiffusion.Sampling.Picard;

namespace OrleansDiffusion.Nodes.Planning;

/// <summary>The host memory that samples take while they are swept, against the 2 GiB that a batch may take.</summary>
/// <param name="elements">Elements of a sample.</param>
internal sealed class MemoryBudget(long elements)
{
    private const long Bytes = 2L << 30;

    // A grid point of a sample holds two iterates, D and up to two noises, and another silo a copy of the iterate; its noise
    // level, condition, gain, moves and marks are 72 bytes.
    private const int TensorsOfPoint = 6;
    private const int BytesOfPoint = 72;

    // An open block of a sample holds the point behind its last step, in two iterates, and x, y and D twice: what enters,
    // and what is on its way through. Its updates, counts of sweeps and local variances are 40 bytes.
    private const int TensorsOfBlock = 2 + (2 * 3);
    private const int BytesOfBlock = 40;

    // x, y and D of a sample where it stands, and what is handed out in the end.
    private const int TensorsOfSample = 3 + 1;

    /// <summary>Samples that can be in memory at once, 1 to <paramref name="most"/>: one is taken to fit.</summary>
    /// <param name="points">Grid points of a sample that are open at once.</param>
    /// <param name="blocks">Blocks that they belong to.</param>
    /// <param name="most">Samples that there are.</param>
    public int Samples(long points, long blocks, int most) =>
        (int)Math.Clamp(Bytes / BytesOfSample(points, blocks), 1, most);

    /// <summary>The largest part of a window of blocks that fits for one sample.</summary>
    /// <param name="steps">Steps of the grid.</param>
    /// <param name="window">Points of the whole window.</param>
    /// <param name="blocks">Blocks in the window, where they may be fewer.</param>
    /// <param name="lookahead">Blocks in the window, where they are given; they are kept.</param>
    /// <param name="scouts">Blocks beyond the window that are swept by a few of their points.</param>
    /// <returns>Steps a block, and blocks; at least one of each, whether they fit or not.</returns>
    public (int BlockSteps, int Lookahead) Window(int steps, int window, int blocks, int? lookahead, int scouts)
    {
        var ahead = lookahead ?? blocks;
        var blockSteps = (int)DivideUp(Math.Min(steps, window), ahead);
        while (blockSteps > 1 && !Fits())
            blockSteps--;
        while (lookahead is null && ahead > 1 && !Fits())
            ahead--;
        return (blockSteps, ahead);

        bool Fits()
        {
            var open = Math.Min(DivideUp(steps, blockSteps), PicardOptions.MostOpen(ahead, scouts));
            return BytesOfSample(Math.Min(steps, open * blockSteps), open) <= Bytes;
        }
    }

    private long BytesOfSample(long points, long blocks) =>
        (points * (BytesOfPoint + (TensorsOfPoint * sizeof(float) * elements)))
        + (blocks * (BytesOfBlock + (TensorsOfBlock * sizeof(float) * elements)))
        + (TensorsOfSample * sizeof(float) * elements);

    private static long DivideUp(long amount, long parts) => (amount + parts - 1) / parts;
}
