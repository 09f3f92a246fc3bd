using System.Collections.Concurrent;
using OrleansDiffusion.Models;
using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Sampling;
using TorchSharp;

namespace OrleansDiffusion.Nodes.Tests.Devices;

/// <summary>A source of models that notes what it opens, and fails at first as often as it is told.</summary>
internal sealed class NotedSource : IModelSource
{
    private readonly ConcurrentQueue<Model> _opened = new();
    private readonly ConcurrentQueue<bool> _onPool = new();
    private int _attempts;

    public int Failures { get; init; }

    public Action Before { get; init; } = () => { };

    public IReadOnlyList<Model> Opened => [.. _opened];

    /// <summary>For every attempt, whether a thread of the pool made it.</summary>
    public IReadOnlyList<bool> OnPool => [.. _onPool];

    public Model Open(string name, Device device)
    {
        _onPool.Enqueue(Thread.CurrentThread.IsThreadPoolThread);
        Before();
        if (Interlocked.Increment(ref _attempts) <= Failures)
            throw new ModelFormatException("not yet");
        var model = new Model(name, $"{name} on {device}", new Denoiser(), Schedule: null);
        _opened.Enqueue(model);
        return model;
    }

    internal sealed class Denoiser : IDenoiser, IDisposable
    {
        public bool IsDisposed { get; private set; }

        public IReadOnlyList<long> Shape => [1];

        public double DataVariance => 1;

        public double Sensitivity => 1;

        public int BatchLimit => 1;

        public torch.Tensor Denoise(
            torch.Tensor x, ReadOnlySpan<NoiseLevel> levels, ReadOnlySpan<Condition> conditions) => x.clone();

        public void Dispose() => IsDisposed = true;
    }
}
