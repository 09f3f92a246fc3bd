namespace OrleansDiffusion.Sampling;

/// <summary>What has become of a batch's samples so far, and what their blocks took.</summary>
/// <param name="samples">Number of samples.</param>
/// <param name="blocks">Blocks of the timeline.</param>
internal sealed class BatchOutcome(int samples, int blocks)
{
    private readonly int[] _sweepsPerBlock = new int[blocks];
    private readonly List<(int Sample, int Block, int Step)> _lost = [];

    /// <summary>For every sample, whether it has not failed.</summary>
    public bool[] Alive { get; } = [.. Enumerable.Repeat(true, samples)];

    /// <summary>Where samples were lost.</summary>
    public IReadOnlyList<(int Sample, int Block, int Step)> Lost => _lost;

    /// <summary>Most sweeps that a sample took in each block; of a sequential run its steps.</summary>
    public IReadOnlyList<int> SweepsPerBlock => _sweepsPerBlock;

    /// <summary>The largest error that was accepted, RMS.</summary>
    public double MaxResidual { get; private set; }

    /// <summary>Goes on from what had become of the samples before; nothing was said here yet.</summary>
    public void Resume(
        IReadOnlyList<int> sweepsPerBlock, double maxResidual, IEnumerable<(int Sample, int Block, int Step)> lost)
    {
        for (var block = 0; block < _sweepsPerBlock.Length; block++)
            _sweepsPerBlock[block] = sweepsPerBlock[block];
        MaxResidual = maxResidual;
        foreach (var (sample, block, step) in lost)
            Lose(sample, block, step);
    }

    /// <summary>
    /// Takes a sample as lost: it takes no further part, and is NaN in the end. Said of several steps of a block, in
    /// whatever order, the first step counts.
    /// </summary>
    public void Lose(int sample, int block, int step)
    {
        if (Alive[sample])
        {
            Alive[sample] = false;
            _lost.Add((sample, block, step));
            return;
        }

        var known = _lost.FindIndex(loss => loss.Sample == sample && loss.Block == block && loss.Step > step);
        if (known >= 0)
            _lost[known] = (sample, block, step);
    }

    /// <summary>
    /// Takes a sample's block, or step, as done; or loses the sample if it left float32's range there.
    /// </summary>
    /// <param name="sample">Index in the batch.</param>
    /// <param name="block">Index of the block.</param>
    /// <param name="lastStep">The last step in the block of what is done.</param>
    /// <param name="sweeps">Sweeps that it took; of a sequential run steps.</param>
    /// <param name="update">The sample's last update.</param>
    /// <param name="error">What is known of its distance from the sequential result, RMS.</param>
    /// <returns>Whether the sample goes on.</returns>
    public bool Accept(int sample, int block, int lastStep, int sweeps, double update, double error)
    {
        _sweepsPerBlock[block] = Math.Max(_sweepsPerBlock[block], sweeps);
        if (!double.IsFinite(update))
            Lose(sample, block, lastStep);
        else
            MaxResidual = Math.Max(MaxResidual, error);
        return Alive[sample];
    }
}
