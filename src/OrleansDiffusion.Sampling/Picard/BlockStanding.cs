namespace OrleansDiffusion.Sampling.Picard;

/// <summary>Where each sample stands in a block that is being swept.</summary>
/// <param name="samples">Number of samples.</param>
/// <param name="steps">Steps of the block.</param>
internal sealed class BlockStanding(int samples, int steps)
{
    private readonly double[] _updates = new double[samples]; // NaN until it is known what the sweep moved
    private readonly int[] _sweeps = new int[samples];
    private readonly int[] _settledSweeps = new int[samples];

    /// <summary>Steps of the block.</summary>
    public int Steps => steps;

    /// <summary>For every sample, whether it is being swept here.</summary>
    public bool[] Active { get; } = new bool[samples];

    /// <summary>For every sample, at which points it is swept where it is.</summary>
    public Scouting[] Scouted { get; } = new Scouting[samples];

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
    public bool IsExact(int sample) => _settledSweeps[sample] >= steps;

    /// <summary>Begins with a sample.</summary>
    public void Enter(int sample)
    {
        Active[sample] = true;
        _updates[sample] = double.NaN;
        _sweeps[sample] = 0;
        _settledSweeps[sample] = 0;
    }

    /// <summary>Notes what the sweep moved; of several runs of the block, the largest change.</summary>
    public void Move(int sample, double update) =>
        _updates[sample] = double.IsNaN(_updates[sample]) ? update : Math.Max(_updates[sample], update);

    /// <summary>Counts the sweep for a sample that is active.</summary>
    /// <param name="sample">Index in the batch.</param>
    /// <param name="isSettled">Whether it began with the sample's final entry.</param>
    public void CountSweep(int sample, bool isSettled)
    {
        _sweeps[sample]++;
        if (isSettled)
            _settledSweeps[sample]++;
    }

    /// <summary>Forgets what the last sweep moved, before another.</summary>
    public void ForgetUpdates() => Array.Fill(_updates, double.NaN);
}
