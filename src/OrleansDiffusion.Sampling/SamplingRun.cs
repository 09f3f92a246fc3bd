using System.Collections.Immutable;
using System.Diagnostics;
using OrleansDiffusion.Sampling.Noise;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Steps;

namespace OrleansDiffusion.Sampling;

/// <summary>What a sequential and a Picard run of one batch have in common: its state, its losses and its costs.</summary>
internal sealed class SamplingRun : IDisposable
{
    private readonly IDenoiser _denoiser;
    private readonly NormalNoise _noise;
    private readonly ImmutableArray<Condition> _conditions;
    private readonly int _firstSample;
    private readonly int _elements;
    private readonly BlockState _state;
    private readonly List<int> _sweepsPerBlock = [];
    private readonly List<TimeSpan> _overheads = [];
    private readonly List<SampleFailure> _failures = [];
    private TimeSpan _deviceTime;
    private long _evaluations;
    private double _maxResidual;

    public SamplingRun(
        IDenoiser denoiser, ulong seed, int firstSample, int samples, ImmutableArray<Condition> conditions,
        NoiseLevel start)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstSample);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(samples);
        _denoiser = denoiser;
        _noise = new NormalNoise(seed);
        _conditions = conditions;
        _firstSample = firstSample;
        _elements = checked((int)denoiser.Shape.Aggregate(1L, (product, size) => product * size));
        _state = new BlockState(samples, _elements);
        Alive = new bool[samples];
        Array.Fill(Alive, true);

        // The first D known is that of Gaussian data, of which x_T says almost nothing.
        var gain = (float)start.GaussianGain(denoiser.DataVariance);
        for (var n = 0; n < samples; n++)
        {
            _noise.Fill(_state.X(n), (uint)(firstSample + n), NoiseAddress.Initial);
            System.Numerics.Tensors.TensorPrimitives.Multiply(_state.X(n), gain, _state.Denoised(n));
        }
    }

    /// <summary>The batch's state where the walk along the timeline stands.</summary>
    public BlockState State => _state;

    /// <summary>For every sample, whether it has not failed.</summary>
    public bool[] Alive { get; }

    /// <summary>Prepares the state for a block.</summary>
    public void Enter(Block block)
    {
        if (block.SecondState != SecondState.Velocity)
            return;
        for (var n = 0; n < State.Samples; n++)
            _noise.Fill(State.Y(n), (uint)(_firstSample + n), block.Velocity);
    }

    /// <summary>A node over some of a block's steps, for this batch.</summary>
    public PicardNode NodeFor(Block block, Range steps, Linearization linearization) => new(
        block.Steps[steps], block.SecondState != SecondState.None, _firstSample, State.Samples, _elements,
        linearization, _noise, _conditions);

    /// <summary>
    /// One sweep of a node: evaluate and move. Rows that come back as NaN or infinity are asked for once more; a
    /// sample for which they do again is lost and takes no further part.
    /// </summary>
    public void Sweep(
        PicardNode node, Block block, int firstStep, bool[] active, Span<double> updates,
        CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var deviceTimeBefore = node.DeviceTime;
        _evaluations += node.Evaluate(_denoiser, active, cancellationToken);
        if (node.NotFinite.Count > 0)
            _evaluations += node.Evaluate(_denoiser, active, cancellationToken);
        foreach (var (sample, step) in node.NotFinite)
        {
            if (!Alive[sample])
                continue;
            active[sample] = false;
            Lose(sample, block, firstStep + step);
        }

        node.Move(State, active, updates);
        var inModel = node.DeviceTime - deviceTimeBefore;
        _deviceTime += inModel;
        _overheads.Add(Stopwatch.GetElapsedTime(started) - inModel);
    }

    /// <summary>Takes what leaves a node as a sample's state, or loses the sample if a step left float32's range.</summary>
    /// <param name="sample">Index in the batch.</param>
    /// <param name="node">The node that has done with it.</param>
    /// <param name="block">The node's block.</param>
    /// <param name="lastStep">The last step of the node in its block.</param>
    /// <param name="update">The sample's last update.</param>
    /// <param name="error">What is known of its distance from the sequential result, RMS.</param>
    public void Accept(int sample, PicardNode node, Block block, int lastStep, double update, double error)
    {
        if (!double.IsFinite(update))
        {
            Lose(sample, block, lastStep);
            return;
        }

        node.CopyExit(sample, State);
        _maxResidual = Math.Max(_maxResidual, error);
    }

    /// <summary>The largest update of the samples that took part in a sweep.</summary>
    public static double LargestUpdate(bool[] active, double[] updates) =>
        active.Zip(updates, (isActive, update) => isActive ? update : 0).Max();

    /// <summary>Notes that a block has ended.</summary>
    public void Leave(int sweeps) => _sweepsPerBlock.Add(sweeps);

    /// <summary>The run's outcome.</summary>
    public SamplingResult Finish()
    {
        for (var n = 0; n < State.Samples; n++)
        {
            if (!Alive[n])
                State.X(n).Fill(float.NaN);
        }

        using var flat = State.XTensor.clone();
        var samples = flat.view([State.Samples, .. _denoiser.Shape]);
        return new SamplingResult(
            samples, _sweepsPerBlock, _evaluations, _maxResidual, _deviceTime, _overheads, _failures);
    }

    public void Dispose() => _state.Dispose();

    private void Lose(int sample, Block block, int step)
    {
        Alive[sample] = false;
        _failures.Add(new SampleFailure(_firstSample + sample, block.Index, step));
    }
}
