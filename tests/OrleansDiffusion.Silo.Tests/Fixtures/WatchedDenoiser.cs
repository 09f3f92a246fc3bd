using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using OrleansDiffusion.Sampling;
using static TorchSharp.torch;

namespace OrleansDiffusion.Silo.Tests.Fixtures;

/// <summary>
/// Another denoiser that notes its calls. A test may hold each before it is answered, throw from it, or spoil rows.
/// </summary>
/// <param name="inner">The denoiser; evaluations of it are pure.</param>
internal sealed class WatchedDenoiser(IDenoiser inner) : IDenoiser
{
    private readonly ConcurrentQueue<ModelCall> _calls = new();
    private int _begun;

    public IReadOnlyList<long> Shape => inner.Shape;

    public double DataVariance => inner.DataVariance;

    public double Sensitivity => inner.Sensitivity;

    public int BatchLimit => inner.BatchLimit;

    /// <summary>Told of every call before it is answered, by its number from 1, with the levels of its rows.</summary>
    public Action<int, NoiseLevel[]> Before { get; set; } = (_, _) => { };

    /// <summary>Whether a row is answered with NaN.</summary>
    public Func<NoiseLevel, Condition, bool> IsNan { get; init; } = (_, _) => false;

    public IReadOnlyList<ModelCall> Calls => [.. _calls];

    public Tensor Denoise(Tensor x, ReadOnlySpan<NoiseLevel> levels, ReadOnlySpan<Condition> conditions)
    {
        _calls.Enqueue(new ModelCall(levels.Length, Thread.CurrentThread));
        Before(Interlocked.Increment(ref _begun), levels.ToArray());
        var denoised = inner.Denoise(x, levels, conditions);
        var values = MemoryMarshal.Cast<byte, float>(denoised.bytes);
        for (var row = 0; row < levels.Length; row++)
        {
            if (IsNan(levels[row], conditions[row]))
                values.Slice(row * (values.Length / levels.Length), values.Length / levels.Length).Fill(float.NaN);
        }

        return denoised;
    }
}
