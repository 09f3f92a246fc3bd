using System.Collections.Immutable;

namespace OrleansDiffusion.Sampling.Picard;

/// <summary>
/// Decides which sample is swept in which blocks. Each has a lead, the first block that it is not done with, and is
/// swept in this one and the next <see cref="PicardOptions.Lookahead"/> − 1, which iterate on an entry that still
/// moves; <see cref="PicardOptions.Scouts"/> further ones are swept by a few of their points. A sample waits for others only where it would open more than <see cref="PicardOptions.MostOpen"/> blocks.
/// </summary>
/// <remarks>
/// <para>It moves nothing itself. Whoever drives it starts what is <see cref="Entered"/>, sweeps the samples that are
/// <see cref="Active"/> in the blocks from <see cref="FirstOpen"/> to before <see cref="OpenEnd"/>, says
/// <see cref="NotFinite"/> and <see cref="Moved"/>, in any order, and then <see cref="Advance"/>.</para>
/// <para>A block is done for a sample when all blocks before it are, all of its points were evaluated in the last sweep, and
/// its last update is within the rule. Blocks may
/// get done together: the sweep that took one to its end took the next one on from there. A sample's state is what
/// leaves the last block that it is done with.</para>
/// <para>Needs no tensors; its memory is a few numbers a sample and open block. Not safe for concurrent use.</para>
/// </remarks>
public sealed class Wavefront
{
    private readonly PicardOptions _options;
    private readonly ConvergenceRule _rule;
    private readonly ImmutableArray<int> _stepsOfBlocks;
    private readonly int[] _stepsBefore;               // steps of the blocks before each block
    private readonly List<BlockStanding> _open = [];   // consecutive
    private readonly int[] _lead;                      // first block that a sample is not done with
    private readonly int[] _ahead;                     // first block that a sample has not entered
    private readonly List<(int Sample, int Block)> _accepted = [];
    private readonly List<(int Sample, int Block)> _entered = [];
    private double _largestUpdate;                     // of all samples, in the last sweep
    private double _largestSoFar;                      // in this one

    /// <summary>All samples before their first blocks: <see cref="Entered"/> says which to start.</summary>
    /// <param name="samples">Samples in the batch, 1 or more.</param>
    /// <param name="stepsOfBlocks">Steps of every block of the timeline.</param>
    /// <param name="options">How blocks are iterated.</param>
    /// <param name="rule">When a block is done.</param>
    /// <exception cref="InvalidOptionException">An option out of its range.</exception>
    public Wavefront(int samples, ImmutableArray<int> stepsOfBlocks, PicardOptions options, ConvergenceRule rule)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(samples);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(rule);
        if (stepsOfBlocks.IsDefaultOrEmpty || stepsOfBlocks.Any(steps => steps < 1))
            throw new ArgumentException("a timeline needs blocks of at least one step", nameof(stepsOfBlocks));
        options.Validate();
        _options = options;
        _rule = rule;
        _stepsOfBlocks = stepsOfBlocks;
        _stepsBefore = new int[stepsOfBlocks.Length + 1];
        for (var b = 0; b < stepsOfBlocks.Length; b++)
            _stepsBefore[b + 1] = checked(_stepsBefore[b] + stepsOfBlocks[b]);
        _lead = new int[samples];
        _ahead = new int[samples];
        Outcome = new BatchOutcome(samples, stepsOfBlocks.Length);
        EnterBlocks();
    }

    /// <summary>Whether every sample has come to the end or is lost.</summary>
    public bool IsDone => FirstOpen == _stepsOfBlocks.Length;

    /// <summary>The first block that some sample is swept in; the number of blocks when all is done.</summary>
    public int FirstOpen { get; private set; }

    /// <summary>After the last block that is open.</summary>
    public int OpenEnd => FirstOpen + _open.Count;

    /// <summary>Sweeps so far.</summary>
    public int Sweep { get; private set; }

    /// <summary>The largest update, RMS, of the last sweep.</summary>
    public double LargestUpdate => _largestUpdate;

    /// <summary>
    /// Blocks that samples got done with in the last <see cref="Advance"/>, in timeline order for each sample. What
    /// leaves them is to become the sample's state before they are swept again.
    /// </summary>
    public IReadOnlyList<(int Sample, int Block)> Accepted => _accepted;

    /// <summary>
    /// Blocks that samples are to be started in before the next sweep, in timeline order: from the sample's state if
    /// it is its <see cref="Lead"/>, else from what leaves the block before.
    /// </summary>
    public IReadOnlyList<(int Sample, int Block)> Entered => _entered;

    /// <summary>All samples lost so far, and where.</summary>
    public IReadOnlyList<(int Sample, int Block, int Step)> Lost => Outcome.Lost;

    /// <summary>Most sweeps that a sample took in each block.</summary>
    public IReadOnlyList<int> SweepsPerBlock => Outcome.SweepsPerBlock;

    /// <summary>
    /// The largest error, RMS, that the rule estimated where a sample was done with a block; 0 of an exact run.
    /// </summary>
    public double MaxResidual => Outcome.MaxResidual;

    /// <summary>What has become of the samples.</summary>
    internal BatchOutcome Outcome { get; }

    /// <summary>
    /// For every sample, whether it is swept in an open block. A view: it changes with what is said here.
    /// </summary>
    /// <param name="block">Index of the block.</param>
    public bool[] Active(int block) => Opened(block).Active;

    /// <summary>
    /// For every sample, at which points it is swept in an open block where it is active. A view, as <see cref="Active"/>.
    /// </summary>
    /// <param name="block">Index of the block.</param>
    public Scouting[] Scouted(int block) => Opened(block).Scouted;

    /// <summary>Whether a sample is not lost.</summary>
    /// <param name="sample">Index in the batch.</param>
    public bool IsAlive(int sample) => Outcome.Alive[sample];

    /// <summary>The first block that a sample is not done with; the number of blocks at the end.</summary>
    /// <param name="sample">Index in the batch.</param>
    public int Lead(int sample) => _lead[sample];

    /// <summary>Sweeps of a sample in an open block since it entered there.</summary>
    /// <param name="sample">Index in the batch.</param>
    /// <param name="block">Index of the block.</param>
    public int Sweeps(int sample, int block) => Opened(block).Sweeps(sample);

    /// <summary>How far the samples have come.</summary>
    public SweepProgress Progress()
    {
        var alive = Enumerable.Range(0, _lead.Length).Where(IsAlive).ToList();
        return new SweepProgress(
            Sweep, Math.Min(FirstOpen, _stepsOfBlocks.Length - 1), _stepsOfBlocks.Length,
            alive.Count(n => _lead[n] < _stepsOfBlocks.Length),
            _largestUpdate,
            alive.Count == 0 ? 1 : alive.Average(n => (double)_stepsBefore[_lead[n]] / _stepsBefore[^1]));
    }

    /// <summary>
    /// Says that the model returned NaN or infinity, and again when it was asked once more. At its lead this loses the
    /// sample, by the first of the steps that are named; ahead of it, it takes the sample out of the block and those
    /// behind.
    /// </summary>
    /// <param name="sample">Index in the batch.</param>
    /// <param name="block">An open block; ignored if the sample is not active there.</param>
    /// <param name="step">Step within the block.</param>
    public void NotFinite(int sample, int block, int step)
    {
        if (IsAlive(sample) && !Opened(block).Active[sample])
            return;
        if (block == _lead[sample])
            Outcome.Lose(sample, block, step);
        Leave(sample, block);
    }

    /// <summary>
    /// Says how far a sample moved in a block in this sweep. Ahead of its lead, where its iterate is a guess, one that
    /// left float32's range leaves the block and those behind at once.
    /// </summary>
    /// <param name="block">An open block; ignored if the sample is not active there.</param>
    /// <param name="sample">Index in the batch.</param>
    /// <param name="update">
    /// Largest RMS change over the block's points; infinity where it left float32's range. If several runs of the
    /// block say it for their points, the largest counts.
    /// </param>
    public void Moved(int block, int sample, double update)
    {
        var open = Opened(block);
        if (!open.Active[sample])
            return;
        var isFinite = double.IsFinite(update);
        open.Move(sample, isFinite ? update : double.PositiveInfinity);
        _largestSoFar = Math.Max(_largestSoFar, open.Update(sample));
        if (!isFinite && block != _lead[sample])
            Leave(sample, block);
    }

    /// <summary>Ends a sweep: decides which blocks are done and which are entered.</summary>
    /// <exception cref="InvalidOperationException">It was not said how far an active sample moved.</exception>
    public void Advance()
    {
        CountSweep();
        _accepted.Clear();
        for (var n = 0; n < _lead.Length; n++)
            AcceptBlocks(n);
        foreach (var open in _open)
            open.ForgetUpdates();
        CloseBlocks();
        EnterBlocks();
    }

    /// <summary>
    /// Begins again after the iterates were lost: all samples leave all open blocks, and enter anew from their lead.
    /// What was said of a sweep that <see cref="Advance"/> has not ended is forgotten, but for losses.
    /// </summary>
    public void Restart() => Restart(_lead);

    /// <summary>As <see cref="Restart()"/>, where what leaves accepted blocks may have been lost before it was taken.</summary>
    /// <param name="leads">
    /// For every sample the block that its last known state enters, at most its lead; it becomes its lead.
    /// </param>
    public void Restart(ReadOnlySpan<int> leads)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(leads.Length, _lead.Length, nameof(leads));
        for (var n = 0; n < _lead.Length; n++)
            ArgumentOutOfRangeException.ThrowIfGreaterThan(leads[n], _lead[n], nameof(leads));
        BeginAt(leads);
    }

    /// <summary>Goes on where another front has come to; no sweep was made here yet.</summary>
    /// <param name="leads">For every sample the first block that it is not done with.</param>
    /// <param name="sweeps">Sweeps made before.</param>
    /// <param name="sweepsPerBlock">Most sweeps that a sample took in each block.</param>
    /// <param name="maxResidual">The largest error that was accepted, RMS.</param>
    /// <param name="lost">The samples that were lost, and where.</param>
    public void Resume(
        ReadOnlySpan<int> leads, int sweeps, IReadOnlyList<int> sweepsPerBlock, double maxResidual,
        IEnumerable<(int Sample, int Block, int Step)> lost)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(leads.Length, _lead.Length, nameof(leads));
        ArgumentNullException.ThrowIfNull(sweepsPerBlock);
        ArgumentNullException.ThrowIfNull(lost);
        if (Sweep > 0)
            throw new InvalidOperationException("a front that has made sweeps cannot go on from another");
        ArgumentOutOfRangeException.ThrowIfNotEqual(sweepsPerBlock.Count, _stepsOfBlocks.Length, nameof(sweepsPerBlock));
        foreach (var lead in leads)
            ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)lead, (uint)_stepsOfBlocks.Length, nameof(leads));
        Outcome.Resume(sweepsPerBlock, maxResidual, lost);
        Sweep = sweeps;
        BeginAt(leads);
    }

    private void BeginAt(ReadOnlySpan<int> leads)
    {
        _accepted.Clear();
        _largestSoFar = 0;
        for (var n = 0; n < _lead.Length; n++)
            _lead[n] = _ahead[n] = leads[n];
        _open.Clear();
        FirstOpen = LeastLead();
        EnterBlocks();
    }

    private void CountSweep()
    {
        for (var i = 0; i < _open.Count; i++)
        {
            for (var n = 0; n < _lead.Length; n++)
            {
                if (!_open[i].Active[n])
                    continue;
                if (double.IsNaN(_open[i].Update(n)))
                    throw new InvalidOperationException(
                        $"it was not said how far sample {n} moved in block {FirstOpen + i}");
                _open[i].CountSweep(n, isSettled: FirstOpen + i == _lead[n]);
            }
        }

        Sweep++;
        _largestUpdate = _largestSoFar;
        _largestSoFar = 0;
    }

    // Takes a sample out of the blocks that it is done with.
    private void AcceptBlocks(int n)
    {
        while (IsAlive(n) && _lead[n] < _ahead[n])
        {
            var block = _lead[n];
            var open = Opened(block);
            if (open.Scouted[n] != Scouting.None)
                return;
            if (!open.IsExhausted(n, _options.MaxSweeps) && !_rule.IsDone(open.Sweeps(n), open.Update(n)))
                return;
            var error = open.IsExact(n) ? 0 : _rule.ErrorAfter(open.Sweeps(n), open.Update(n));
            if (!Outcome.Accept(n, block, open.Steps - 1, open.Sweeps(n), open.Update(n), error))
            {
                Leave(n, block);
                return;
            }

            open.Active[n] = false;
            _lead[n]++;
            _accepted.Add((n, block));
        }
    }

    // Ahead of its lead a sample's iterate is a guess. One that left float32's range is thrown away, with all that
    // follows from it, and made anew from what enters there by then; only at its lead a sample is lost.
    private void Leave(int n, int block)
    {
        for (var b = block; b < _ahead[n]; b++)
            Opened(b).Active[n] = false;
        _ahead[n] = Math.Min(_ahead[n], Math.Max(block, _lead[n]));
    }

    private void CloseBlocks()
    {
        var first = LeastLead();
        _open.RemoveRange(0, Math.Min(first - FirstOpen, _open.Count));
        FirstOpen = first;
    }

    private int LeastLead() => Enumerable.Range(0, _lead.Length).Where(IsAlive).Select(n => _lead[n])
        .DefaultIfEmpty(_stepsOfBlocks.Length).Min();

    private void EnterBlocks()
    {
        _entered.Clear();
        var end = Math.Min(FirstOpen + PicardOptions.MostOpen(_options.Lookahead, _options.Scouts), _stepsOfBlocks.Length);
        for (var block = FirstOpen; block < end; block++)
        {
            for (var n = 0; n < _lead.Length; n++)
            {
                if (IsAlive(n) && _ahead[n] == block && block < _lead[n] + _options.Lookahead + _options.Scouts)
                    Enter(n, block);
            }
        }

        for (var i = 0; i < _open.Count; i++)
        {
            for (var n = 0; n < _lead.Length; n++)
                _open[i].Scouted[n] = _options.ScoutingOf(FirstOpen + i - _lead[n]);
        }
    }

    private void Enter(int n, int block)
    {
        while (block >= OpenEnd)
            _open.Add(new BlockStanding(_lead.Length, _stepsOfBlocks[OpenEnd]));
        Opened(block).Enter(n);
        _ahead[n]++;
        _entered.Add((n, block));
    }

    private BlockStanding Opened(int block) =>
        block >= FirstOpen && block < OpenEnd
            ? _open[block - FirstOpen]
            : throw new ArgumentOutOfRangeException(nameof(block), block, "the block is not open");
}
