namespace OrleansDiffusion.Sampling.Picard;

/// <summary>A block that is being swept, and where each sample stands in it.</summary>
internal sealed class OpenBlock : IDisposable
{
    private readonly double[] _updates;
    private readonly int[] _sweeps;
    private readonly int[] _settledSweeps;

    public OpenBlock(Block block, PicardNode node, int samples, int elements)
    {
        Block = block;
        Node = node;
        Entry = new BlockState(samples, elements);
        Active = new bool[samples];
        _updates = new double[samples];
        _sweeps = new int[samples];
        _settledSweeps = new int[samples];
    }

    public Block Block { get; }

    public PicardNode Node { get; }

    /// <summary>What enters the block, as far as it is known.</summary>
    public BlockState Entry { get; }

    /// <summary>For every sample, whether it is being swept here.</summary>
    public bool[] Active { get; }

    /// <summary>Sweeps of a sample in this block.</summary>
    public int Sweeps(int sample) => _sweeps[sample];

    /// <summary>The largest change of a sample in the last sweep, RMS.</summary>
    public double Update(int sample) => _updates[sample];

    /// <summary>
    /// Whether a sample was swept as often as makes it exact, or as often as is allowed, since what enters was final.
    /// </summary>
    public bool IsExhausted(int sample, int? mostSweeps) =>
        IsExact(sample) || _settledSweeps[sample] >= mostSweeps;

    /// <summary>Whether the sample is exact, by finite termination.</summary>
    public bool IsExact(int sample) => _settledSweeps[sample] >= Block.Steps.Length;

    /// <summary>Begins with a sample, whose entry is set.</summary>
    public void Start(int sample, FirstIterate kind)
    {
        Node.Start(sample, Entry, kind);
        Active[sample] = true;
        _sweeps[sample] = 0;
        _settledSweeps[sample] = 0;
    }

    /// <summary>Moves the samples that are active through the block.</summary>
    public void Move()
    {
        Node.Move(Entry, Active, _updates);
        for (var n = 0; n < Active.Length; n++)
        {
            if (Active[n])
                _sweeps[n]++;
        }
    }

    /// <summary>Notes that the sample's last sweep began with its final entry.</summary>
    public void CountSettled(int sample) => _settledSweeps[sample]++;

    public void Dispose()
    {
        Node.Dispose();
        Entry.Dispose();
    }
}
