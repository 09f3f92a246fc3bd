using System.Collections.Immutable;
using OrleansDiffusion.Sampling.Noise;
using OrleansDiffusion.Sampling.Steps;
using static TorchSharp.torch;

namespace OrleansDiffusion.Sampling.Picard;

/// <summary>
/// A run of consecutive grid points of a block and the current iterate on it, for a batch of samples. One sweep is
/// <see cref="Evaluate"/> (the model, at all points in one batch), <see cref="Fold"/> (what the run now does to
/// whatever enters it, as one affine map) and <see cref="Move"/> (the new iterate, once what enters is known).
/// </summary>
/// <remarks>
/// <para>A run of M steps has grid points 0 to M: it is entered at 0, the model is evaluated at 0 to M − 1, and point
/// M is the next run's entry.</para>
/// <para>After k sweeps from a fixed entry the first k points equal the sequential sampler's; a point that a sweep
/// has not moved is not evaluated again. Not safe for concurrent use, but for <see cref="WriteIterates"/> during an
/// evaluation.</para>
/// </remarks>
public sealed class PicardNode : IDisposable
{
    private readonly ImmutableArray<Step> _steps;
    private readonly Condition[] _conditionOf; // of every sample
    private readonly int _samples;
    private readonly int _elements;
    private readonly bool _hasMemory;
    private readonly bool _usesSecant;

    private readonly HostTensor? _noise;    // [M, samples, d], or [M, samples, 2d] for steps with a second noise
    private readonly HostTensor _denoised;  // D at the points it was last evaluated, [M, samples, d]
    private readonly HostTensor _enteredY;  // y that entered, [samples, d]
    private readonly BlockState _running;   // y on its way through the run
    private HostTensor _x;                  // the iterate x^k, [M + 1, samples, d]
    private HostTensor _before;             // x^(k−1)

    private readonly float[] _moved;        // ‖x^(k+1) − x^k‖² at points 1 to M, [M, samples]
    private readonly double[] _gains;       // g, [M, samples]
    private readonly bool[] _stale;         // moved since D was evaluated there, [M, samples]
    private readonly bool[] _evaluated;     // D was evaluated at all, [M, samples]
    private readonly Scouting[] _scouted;   // of every sample
    private bool _isInterpolated;           // since the last evaluation
    private readonly List<int> _due;        // rows that the next evaluation asks for
    private readonly List<(int Sample, int Step)> _notFinite = [];
    private readonly Lock _absorbing = new();

    /// <summary>A run whose noise is drawn and whose iterate is yet to be set by <see cref="Start(BlockState, FirstIterate)"/>.</summary>
    /// <param name="steps">The run's steps.</param>
    /// <param name="hasMemory">Whether they carry a second state.</param>
    /// <param name="firstSample">
    /// Index in the job of the batch's first sample; it addresses the noise and the conditions.
    /// </param>
    /// <param name="samples">Samples in the batch.</param>
    /// <param name="elements">Elements of a sample.</param>
    /// <param name="linearization">How D is linearised.</param>
    /// <param name="noise">The job's noise.</param>
    /// <param name="conditions">
    /// What the job's samples take in turn: sample i of the job takes entry i mod n. None for unconditional samples.
    /// </param>
    public PicardNode(
        ImmutableArray<Step> steps, bool hasMemory, int firstSample, int samples, int elements,
        Linearization linearization, NormalNoise noise, ImmutableArray<Condition> conditions = default)
    {
        if (steps.IsDefaultOrEmpty)
            throw new ArgumentException("a run needs at least one step", nameof(steps));
        _steps = steps;
        _conditionOf = InTurn(conditions, firstSample, samples);
        _samples = samples;
        _elements = elements;
        _hasMemory = hasMemory;
        _usesSecant = linearization == Linearization.Secant;

        var rows = checked(steps.Length * samples);
        _x = new HostTensor(rows + samples, elements);
        _before = new HostTensor(rows + samples, elements);
        _denoised = new HostTensor(rows, elements);
        _noise = DrawNoise(steps, firstSample, samples, elements, noise);
        _enteredY = new HostTensor(samples, elements);
        _running = new BlockState(samples, elements);

        _moved = new float[rows];
        _gains = new double[rows];
        _stale = new bool[rows];
        _evaluated = new bool[rows];
        _scouted = new Scouting[samples];
        _due = new List<int>(rows);
        for (var row = 0; row < rows; row++)
            _gains[row] = FixedGain(linearization, steps[row / samples]);
    }

    /// <summary>
    /// Whether what enters the run is composed of other runs' maps. Such an entry is rounded anew in every sweep, so
    /// one that differs by rounding alone is taken for the entry of the sweep before: else what nothing moves would
    /// not come to rest. Default false, where any difference counts.
    /// </summary>
    public bool IsEntryComposed { get; init; }

    /// <summary>Number of steps, M; as many points are evaluated.</summary>
    public int Steps => _steps.Length;

    /// <summary>Elements of a sample.</summary>
    internal int Elements => _elements;

    /// <summary>
    /// Where the last <see cref="Evaluate"/> returned NaN or infinity, as (sample, step of the run). The rows stay
    /// due, so evaluating again asks for them alone.
    /// </summary>
    public IReadOnlyList<(int Sample, int Step)> NotFinite => _notFinite;

    /// <summary>Sets the first iterate of all samples.</summary>
    /// <param name="entry">What enters the run: x, y, the last known D and the local variance.</param>
    /// <param name="kind">How the trajectory is guessed from it.</param>
    public void Start(BlockState entry, FirstIterate kind)
    {
        for (var n = 0; n < _samples; n++)
            Start(n, entry, kind);
    }

    /// <summary>Sets the first iterate of a sample.</summary>
    /// <param name="sample">Index of the sample in the batch.</param>
    /// <param name="entry">What enters the run: x, y, the last known D and the local variance.</param>
    /// <param name="kind">How the trajectory is guessed from it.</param>
    public void Start(int sample, BlockState entry, FirstIterate kind)
    {
        ArgumentNullException.ThrowIfNull(entry);
        entry.X(sample).CopyTo(_x.Row(sample));
        entry.Y(sample).CopyTo(_enteredY.Row(sample));
        entry.Y(sample).CopyTo(_running.Y(sample));
        for (var j = 0; j < Steps; j++)
        {
            var (row, next) = (Row(j, sample), Row(j + 1, sample));
            _stale[row] = true;
            _evaluated[row] = false;
            if (_usesSecant)
                _gains[row] = _steps[j].At.GaussianGain(entry.LocalVariance(sample));
            if (kind == FirstIterate.Copied)
                entry.X(sample).CopyTo(_x.Row(next));
            else
                StepRow(
                    _steps.ItemRef(j), row, gain: 0, _x.Row(row), _x.Row(row), entry.Denoised(sample), old: _x.Row(row),
                    _running.Y(sample), _x.Row(next));
        }

        // Until it is evaluated, the last point hands on the D that it was guessed with.
        entry.Denoised(sample).CopyTo(_denoised.Row(Row(Steps - 1, sample)));
    }

    /// <summary>Says at which points the model is asked from now on.</summary>
    /// <param name="scouted">For every sample.</param>
    public void Scout(ReadOnlySpan<Scouting> scouted) => scouted.CopyTo(_scouted);

    /// <summary>Evaluates the model at the points that moved since it last was.</summary>
    /// <param name="denoiser">The model.</param>
    /// <param name="active">For every sample, whether it is still being swept.</param>
    /// <param name="cancellationToken">Ends the evaluation between two calls of the model.</param>
    /// <returns>Rows evaluated.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public int Evaluate(IDenoiser denoiser, ReadOnlySpan<bool> active, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        var evaluation = new Evaluation(denoiser);
        evaluation.Add(this, active);
        return evaluation.Run(cancellationToken);
    }

    /// <summary>What the run, linearised at its current iterate, does to whatever enters it.</summary>
    /// <param name="active">For every sample, whether it is still being swept; others keep their map.</param>
    /// <param name="map">Receives the map.</param>
    public void Fold(ReadOnlySpan<bool> active, AffineMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        Interpolate(active);
        for (var n = 0; n < _samples; n++)
        {
            if (active[n])
                map.Reset(n);
        }

        for (var j = 0; j < Steps; j++)
        {
            for (var n = 0; n < _samples; n++)
            {
                if (!active[n])
                    continue;
                var row = Row(j, n);
                FoldStep(row, _gains[row], _x.Row(row), _denoised.Row(row), map);
            }
        }
    }

    /// <summary>
    /// What the run does to whatever enters it when a sample is started there as <see cref="FirstIterate.Rolled"/>, so
    /// that the runs behind it can be started without its trajectory. The map is affine in the D that is held constant,
    /// too, the last known where the block is entered: neither need be known.
    /// </summary>
    /// <param name="sample">Index of the sample in the batch.</param>
    /// <param name="map">Receives the sample's map.</param>
    public void FoldRoll(int sample, AffineMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        map.Reset(sample);
        var x = map.OffsetX(sample);
        for (var j = 0; j < Steps; j++)
        {
            ref readonly var step = ref _steps.ItemRef(j);
            var ofNoise = step with { Sample = step.Sample with { D = 0 }, Second = step.Second with { D = 0 } };
            StepRow(ofNoise, Row(j, sample), gain: 0, x, x, d: x, old: x, map.OffsetY(sample), next: x);
            var linear = LinearPart(step, gain: 0) with { XD = (float)step.Sample.D, YD = (float)step.Second.D };
            map.LinearOf(sample) = linear.After(map.LinearOf(sample));
        }
    }

    /// <summary>The map to where a sample's iterate ends, whatever enters: what runs behind it can be started from.</summary>
    /// <param name="sample">Index of the sample in the batch.</param>
    /// <param name="map">Receives the sample's map.</param>
    public void FoldIterate(int sample, AffineMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        map.LinearOf(sample) = _hasMemory ? new(0, 0, 0, 0) : new(0, 0, 0, 1);
        _x.Row(Row(Steps, sample)).CopyTo(map.OffsetX(sample));
        if (_hasMemory)
            _running.Y(sample).CopyTo(map.OffsetY(sample));
        else
            map.OffsetY(sample).Clear();
    }

    /// <summary>How many bytes <see cref="WriteIterates"/> makes of as many samples.</summary>
    public long BytesOfIterates(int samples) => SampleBytes.Length(samples, _elements, scalars: Steps, RowsOfIterate);

    /// <summary>
    /// The iterates of chosen samples as bytes, for <see cref="ReadIterates"/> of a run of the same steps. An evaluation may be
    /// under way: it moves nothing.
    /// </summary>
    /// <param name="samples">Indices in the batch.</param>
    /// <exception cref="ArgumentException">They take more than an array holds.</exception>
    public byte[] WriteIterates(ReadOnlySpan<int> samples)
    {
        var writer = SampleBytes.Write(samples, _elements, scalars: Steps, RowsOfIterate);
        Span<double> gain = stackalloc double[1];
        foreach (var n in samples)
        {
            lock (_absorbing)
            {
                for (var j = 0; j < Steps; j++)
                {
                    gain[0] = _gains[Row(j, n)];
                    writer.Add<double>(gain);
                }

                for (var j = 0; j <= Steps; j++)
                    writer.Add<float>(_x.Row(Row(j, n)));
                writer.Add<float>(_enteredY.Row(n));
                writer.Add<float>(_running.Y(n));
                writer.Add<float>(_denoised.Row(Row(Steps - 1, n)));
            }
        }

        return writer.Finish();
    }

    /// <summary>Goes on from iterates that another run of the same steps wrote; the model is to be asked at all points.</summary>
    /// <param name="bytes">What <see cref="WriteIterates"/> returned.</param>
    /// <returns>The samples.</returns>
    /// <exception cref="InvalidDataException">They are of other steps or elements; nothing was changed.</exception>
    public IReadOnlyList<int> ReadIterates(ReadOnlySpan<byte> bytes)
    {
        var reader = SampleBytes.Read(bytes, _samples, _elements, scalars: Steps, RowsOfIterate);
        Span<double> gain = stackalloc double[1];
        foreach (var n in reader.Samples)
        {
            for (var j = 0; j < Steps; j++)
            {
                reader.Take(gain);
                _gains[Row(j, n)] = gain[0];
                _stale[Row(j, n)] = true;
                _evaluated[Row(j, n)] = false;
            }

            for (var j = 0; j <= Steps; j++)
                reader.Take(_x.Row(Row(j, n)));
            reader.Take(_enteredY.Row(n));
            reader.Take(_running.Y(n));
            reader.Take(_denoised.Row(Row(Steps - 1, n)));
        }

        return reader.Samples;
    }

    /// <summary>Moves the iterate through the linearised steps.</summary>
    /// <param name="entry">What enters the run in this sweep.</param>
    /// <param name="active">For every sample, whether it is still being swept; others do not move.</param>
    /// <param name="updates">
    /// Receives for every active sample the largest RMS change over the run's points 1 to M; infinity where a point
    /// would have left float32's range, which then stays where it was.
    /// </param>
    public void Move(BlockState entry, ReadOnlySpan<bool> active, Span<double> updates)
    {
        ArgumentNullException.ThrowIfNull(entry);
        Interpolate(active);
        (_x, _before) = (_before, _x);
        for (var n = 0; n < _samples; n++)
        {
            if (active[n])
                Enter(n, entry);
        }

        // Point by point and not sample by sample: memory is gone through in its order.
        for (var j = 0; j < Steps; j++)
        {
            for (var n = 0; n < _samples; n++)
            {
                if (!active[n])
                    continue;
                var (row, next) = (Row(j, n), Row(j + 1, n));
                _moved[row] = StepRow(
                    _steps.ItemRef(j), row, _gains[row], _x.Row(row), _before.Row(row), _denoised.Row(row), _before.Row(next),
                    _running.Y(n), _x.Row(next));
            }
        }

        for (var n = 0; n < _samples; n++)
        {
            if (active[n])
                updates[n] = Settle(n);
        }
    }

    /// <summary>
    /// Copies what leaves the run: its last point, its second state and its last D. Take it before another sweep is
    /// made without the sample.
    /// </summary>
    /// <param name="sample">Index of the sample in the batch.</param>
    /// <param name="exit">Receives them.</param>
    public void CopyExit(int sample, BlockState exit)
    {
        ArgumentNullException.ThrowIfNull(exit);
        _x.Row(Row(Steps, sample)).CopyTo(exit.X(sample));
        _running.Y(sample).CopyTo(exit.Y(sample));
        _denoised.Row(Row(Steps - 1, sample)).CopyTo(exit.Denoised(sample));
        exit.LocalVariance(sample) = LocalVariance(sample);
    }

    /// <summary>Whether the model is to be asked at all: some point of these samples moved since it last was.</summary>
    /// <param name="active">For every sample, whether it is swept.</param>
    public bool IsDue(ReadOnlySpan<bool> active)
    {
        for (var row = 0; row < _stale.Length; row++)
        {
            if (_stale[row] && active[row % _samples] && IsAsked(row))
                return true;
        }

        return false;
    }

    /// <summary>The rows at which D is not that of the iterate, point by point; they are to be absorbed.</summary>
    internal IReadOnlyList<int> Due(ReadOnlySpan<bool> active)
    {
        _notFinite.Clear();
        _due.Clear();
        _isInterpolated = false;
        for (var row = 0; row < _stale.Length; row++)
        {
            if (_stale[row] && active[row % _samples] && IsAsked(row))
                _due.Add(row);
        }

        return _due;
    }

    /// <summary>The level of a row.</summary>
    internal NoiseLevel LevelOf(int row) => _steps[row / _samples].At;

    /// <summary>What a row's sample is asked to show.</summary>
    internal Condition ConditionOf(int row) => _conditionOf[row % _samples];

    /// <summary>The iterate at a row.</summary>
    internal ReadOnlySpan<float> X(int row) => _x.Row(row);

    /// <summary>The iterate at rows that lie together, [count, elements], over the same memory.</summary>
    internal Tensor Rows(int first, int count) => _x.Tensor.narrow(0, first, count);

    /// <summary>Takes the model's D at a row in.</summary>
    internal void Absorb(int row, ReadOnlySpan<float> fresh)
    {
        lock (_absorbing)
            TakeIn(row, fresh);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _x.Dispose();
        _before.Dispose();
        _denoised.Dispose();
        _noise?.Dispose();
        _enteredY.Dispose();
        _running.Dispose();
    }

    private void TakeIn(int row, ReadOnlySpan<float> fresh)
    {
        var secant = RowKernels.Absorb(fresh, _x.Row(row), _before.Row(row), _denoised.Row(row));
        if (!secant.IsFinite)
        {
            _notFinite.Add((row % _samples, row / _samples));
            return;
        }

        var gain = secant.Along / secant.LengthSquared;
        if (_usesSecant && _evaluated[row] && float.IsFinite(gain))
            _gains[row] = Math.Clamp(gain, 0, 1 / _steps[row / _samples].At.Alpha);
        _evaluated[row] = true;
        _stale[row] = false;
    }

    // Its points, y that entered and left, and the last D.
    private int RowsOfIterate => Steps + 4;

    private double LocalVariance(int sample) =>
        _usesSecant ? _steps[^1].At.GaussianVariance(_gains[Row(Steps - 1, sample)]) : 0;

    private int Row(int point, int sample) => (point * _samples) + sample;

    private void Enter(int n, BlockState entry)
    {
        if (IsEntryComposed
            && RowKernels.IsRounding(entry.X(n), _before.Row(n))
            && RowKernels.IsRounding(entry.Y(n), _enteredY.Row(n)))
        {
            _before.Row(n).CopyTo(_x.Row(n));
        }
        else
        {
            entry.X(n).CopyTo(_x.Row(n));
            entry.Y(n).CopyTo(_enteredY.Row(n));
            _stale[n] |= !_x.Row(n).SequenceEqual(_before.Row(n));
        }

        _enteredY.Row(n).CopyTo(_running.Y(n));
    }

    // What the moves of a sample's points mean for them.
    private double Settle(int n)
    {
        var largest = 0f;
        for (var j = 0; j < Steps; j++)
        {
            var moved = _moved[Row(j, n)];
            if (!float.IsFinite(moved))
            {
                for (var p = j + 1; p <= Steps; p++)
                    _before.Row(Row(p, n)).CopyTo(_x.Row(Row(p, n)));
                return double.PositiveInfinity;
            }

            if (j + 1 < Steps)
                _stale[Row(j + 1, n)] |= moved > 0;
            largest = Math.Max(largest, moved);
        }

        return Math.Sqrt(largest / _elements);
    }

    // Whether the model is asked at a row of a sample: of each of the run's parts at the point in the middle.
    private bool IsAsked(int row)
    {
        var (j, parts) = (row / _samples, PartsOf(row % _samples));
        return parts == Steps || j == Middle((int)((long)j * parts / Steps), parts);
    }

    private int PartsOf(int sample) => _scouted[sample] switch
    {
        Scouting.Third => Math.Max(Steps / 3, 1),
        Scouting.Point => 1,
        _ => Steps,
    };

    private int Middle(int part, int parts) => (int)(((2L * part) + 1) * Steps / (2L * parts));

    // Once after every evaluation, where scouts were not asked: D between two of them, and its slope about the iterate.
    private void Interpolate(ReadOnlySpan<bool> active)
    {
        if (_isInterpolated)
            return;
        _isInterpolated = true;
        for (var n = 0; n < _samples; n++)
        {
            var parts = PartsOf(n);
            if (!active[n] || parts == Steps)
                continue;
            for (int j = 0, after = 0; j < Steps; j++)
            {
                if (after < parts && Middle(after, parts) < j)
                    after++;
                if (_stale[Row(j, n)])
                    Interpolate(Row(j, n), Row(Middle(Math.Max(after - 1, 0), parts), n), Row(Middle(Math.Min(after, parts - 1), parts), n));
            }
        }
    }

    private void Interpolate(int row, int before, int after)
    {
        var weight = before == after ? 0 : (float)(row - before) / (after - before);
        RowKernels.Lerp(_denoised.Row(before), _denoised.Row(after), weight, _denoised.Row(row));
        if (_usesSecant)
            _gains[row] = double.Lerp(_gains[before], _gains[after], weight);
        _evaluated[row] = false;
    }

    private float StepRow(
        in Step step, int row, double gain, ReadOnlySpan<float> x, ReadOnlySpan<float> xk, ReadOnlySpan<float> d,
        ReadOnlySpan<float> old, Span<float> y, Span<float> next)
    {
        var noise = _noise is null ? d : _noise.Row(row)[.._elements];
        if (!_hasMemory)
            return RowKernels.Step(step.Sample, gain, x, xk, d, noise, old, next);

        var secondNoise = step.Second.SecondNoise == 0 ? noise : _noise!.Row(row)[_elements..];
        return RowKernels.StepWithMemory(step, gain, x, xk, d, noise, secondNoise, old, y, next);
    }

    // The offset is where zero goes.
    private void FoldStep(int row, double gain, ReadOnlySpan<float> xk, ReadOnlySpan<float> d, AffineMap map)
    {
        var n = row % _samples;
        var x = map.OffsetX(n);
        ref readonly var step = ref _steps.ItemRef(row / _samples);
        StepRow(step, row, gain, x, xk, d, old: x, map.OffsetY(n), next: x);
        map.LinearOf(n) = LinearPart(step, gain).After(map.LinearOf(n));
    }

    private AffineMap.Linear LinearPart(in Step step, double gain) => _hasMemory
        ? new(
            XOf(step.Sample, gain), (float)step.Sample.Y, XOf(step.Second, gain), (float)step.Second.Y)
        : new(XOf(step.Sample, gain), 0, 0, 1);

    // Of the weights that the kernels use, so that map and trajectory part by no more than rounding.
    private static double XOf(in StepRow row, double gain) => (float)row.X + ((double)(float)row.D * (float)gain);

    // The fixed g of a step: those of ALGORITHMS' table, where a two-step method's memory moves along with D.
    private static double FixedGain(Linearization linearization, in Step step) => linearization switch
    {
        Linearization.Score => 1 / step.At.Alpha,
        Linearization.Drift when step.Sample.D != 0 => Math.Max(0, (1 - step.Sample.X) / step.Sample.D),
        _ => 0,
    };

    private static Condition[] InTurn(ImmutableArray<Condition> conditions, int firstSample, int samples)
    {
        var ofSamples = new Condition[samples];
        if (conditions.IsDefaultOrEmpty)
            return ofSamples;
        for (var n = 0; n < samples; n++)
            ofSamples[n] = conditions[(firstSample + n) % conditions.Length];
        return ofSamples;
    }

    private static HostTensor? DrawNoise(
        ImmutableArray<Step> steps, int firstSample, int samples, int elements, NormalNoise noise)
    {
        if (!steps.Any(step => step.DrawsNoise))
            return null;
        var draws = steps.Any(step => step.Second.SecondNoise != 0) ? 2 : 1;
        var drawn = new HostTensor((long)steps.Length * samples, draws * elements);
        for (var j = 0; j < steps.Length; j++)
        {
            for (var n = 0; n < samples; n++)
                noise.Fill(drawn.Row((j * samples) + n), (uint)(firstSample + n), steps[j].Noise);
        }

        return drawn;
    }
}
