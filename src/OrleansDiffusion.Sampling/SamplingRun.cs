using System.Collections.Immutable;
using System.Diagnostics;
using OrleansDiffusion.Sampling.Noise;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Steps;

namespace OrleansDiffusion.Sampling;

/// <summary>What a sequential and a Picard run of one batch have in common: its state, and what it costs.</summary>
internal sealed class SamplingRun : IDisposable
{
    private readonly IDenoiser _denoiser;
    private readonly Evaluation _evaluation;
    private readonly NormalNoise _noise;
    private readonly ImmutableArray<Condition> _conditions;
    private readonly int _firstSample;
    private readonly int _elements;
    private readonly BlockState _state;
    private readonly List<TimeSpan> _overheads = [];
    private long _evaluations;

    public SamplingRun(
        IDenoiser denoiser, Timeline timeline, ulong seed, int firstSample, int samples,
        ImmutableArray<Condition> conditions)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstSample);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(samples);
        _denoiser = denoiser;
        _evaluation = new Evaluation(denoiser);
        _noise = new NormalNoise(seed);
        _conditions = conditions;
        _firstSample = firstSample;
        _elements = checked((int)denoiser.Shape.Aggregate(1L, (product, size) => product * size));
        _state = new BlockState(samples, _elements);

        for (var n = 0; n < samples; n++)
            _state.Begin(n, _noise, firstSample + n, timeline.Start, denoiser.DataVariance);
    }

    /// <summary>The batch's state where the walk along the timeline stands.</summary>
    public BlockState State => _state;

    /// <summary>Sweeps so far; of a sequential run its steps.</summary>
    public int Sweeps => _overheads.Count;

    /// <summary>Draws the velocity that a sample enters a block with, if the block carries one.</summary>
    public void DrawVelocity(Block block, int sample, BlockState entry)
    {
        if (block.SecondState == SecondState.Velocity)
            _noise.Fill(entry.Y(sample), (uint)(_firstSample + sample), block.Velocity);
    }

    /// <summary>A node over some of a block's steps, for this batch.</summary>
    public PicardNode NodeFor(Block block, Range steps, Linearization linearization) => new(
        block.Steps[steps], block.SecondState != SecondState.None, _firstSample, State.Samples, _elements,
        linearization, _noise, _conditions);

    /// <summary>Counts what happens until it is disposed as one sweep.</summary>
    public SweepCount CountSweep() => new(this);

    /// <summary>
    /// Evaluates nodes as one round. Rows that come back as NaN or infinity are asked for once more; those that do so
    /// again are in the nodes' <see cref="PicardNode.NotFinite"/>.
    /// </summary>
    /// <param name="nodes">Each with the samples that are active there.</param>
    /// <param name="cancellationToken">Ends the evaluation between two calls of the model.</param>
    public void Evaluate(IEnumerable<(PicardNode Node, bool[] Active)> nodes, CancellationToken cancellationToken) =>
        _evaluations += _evaluation.Ask([.. nodes], cancellationToken).Sum();

    /// <summary>The run's result.</summary>
    /// <param name="outcome">What became of its samples.</param>
    public SamplingResult Finish(BatchOutcome outcome)
    {
        for (var n = 0; n < State.Samples; n++)
        {
            if (!outcome.Alive[n])
                State.X(n).Fill(float.NaN);
        }

        using var flat = State.XTensor.clone();
        var samples = flat.view([State.Samples, .. _denoiser.Shape]);
        return new SamplingResult(
            samples, Sweeps, outcome.SweepsPerBlock, _evaluations, outcome.MaxResidual, _evaluation.DeviceTime,
            _overheads, [.. outcome.Lost.Select(loss => new SampleFailure(_firstSample + loss.Sample, loss.Block, loss.Step))]);
    }

    public void Dispose() => _state.Dispose();

    /// <summary>The time of one sweep beyond the model.</summary>
    public readonly ref struct SweepCount
    {
        private readonly SamplingRun _run;
        private readonly long _started = Stopwatch.GetTimestamp();
        private readonly TimeSpan _deviceTime;

        public SweepCount(SamplingRun run)
        {
            _run = run;
            _deviceTime = run._evaluation.DeviceTime;
        }

        public void Dispose() =>
            _run._overheads.Add(Stopwatch.GetElapsedTime(_started) - (_run._evaluation.DeviceTime - _deviceTime));
    }
}
