using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using OrleansDiffusion.Models.Native;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Noise;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Schedules;
using static TorchSharp.torch;

namespace OrleansDiffusion.Benchmarks;

/// <summary>
/// What a sweep of [32 points x 16 samples x 3072] costs beside the model, as a ratio to a plain copy of that tensor.
/// </summary>
[MemoryDiagnoser]
[InProcess]
public class SweepBenchmarks : IDisposable
{
    private const int Points = 32;
    private const int Samples = 16;
    private const int Elements = 3072;

    private readonly bool[] _active = [.. Enumerable.Repeat(true, Samples)];
    private readonly double[] _updates = new double[Samples];
    private readonly AffineMap _map = new(Samples, Elements);
    private Tensor _source = null!;
    private Tensor _destination = null!;
    private BlockState _entry = null!;
    private PicardNode _node = null!;
    private CannedDenoiser _denoiser = null!;

    [Params(Linearization.Secant, Linearization.Data)]
    public Linearization Linearization { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        LibTorch.Load();
        _source = randn(Points * Samples, Elements);
        _destination = zeros(Points * Samples, Elements);
        _denoiser = new CannedDenoiser(Points * Samples, Elements);
        _entry = new BlockState(Samples, Elements);
        var timeline = Timeline.Create(new TimelineOptions { Steps = Points }, DiscreteSchedule.Linear());
        _node = new PicardNode(
            timeline.Blocks[0].Steps, hasMemory: false, 0, Samples, Elements, Linearization, new NormalNoise(1));
        _node.Start(_entry, FirstIterate.Rolled);
        Sweep();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _node.Dispose();
        _entry.Dispose();
        _source.Dispose();
        _destination.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public void Copy() => Floats(_source).CopyTo(Floats(_destination));

    [Benchmark]
    public void Sweep()
    {
        _node.Evaluate(_denoiser, _active);
        _node.Move(_entry, _active, _updates);
    }

    [Benchmark]
    public void SweepWithFold()
    {
        _node.Evaluate(_denoiser, _active);
        _node.Fold(_active, _map);
        _node.Move(_entry, _active, _updates);
    }

    private static Span<float> Floats(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);

    /// <summary>
    /// Answers at once with one of two overlapping views in turn, so that every sweep moves every point.
    /// </summary>
    private sealed class CannedDenoiser(int rows, int elements) : IDenoiser
    {
        private readonly Tensor _answers = randn(rows + 1, elements);
        private int _calls;

        public IReadOnlyList<long> Shape { get; } = [elements];

        public double DataVariance => 1;

        public double Sensitivity => 1;

        public int BatchLimit => rows;

        public Tensor Denoise(
            Tensor x, ReadOnlySpan<NoiseLevel> levels, ReadOnlySpan<Condition> conditions) =>
            _answers.narrow(0, _calls++ % 2, levels.Length);
    }
}
