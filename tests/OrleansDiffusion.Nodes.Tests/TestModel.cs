using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using OrleansDiffusion.Sampling;
using static TorchSharp.torch;

namespace OrleansDiffusion.Nodes.Tests;

/// <summary>
/// D(x) = x/2 − 1, row by row, of samples of three elements. Notes its calls; a test may look into each before it is
/// answered, hold it, throw from it, or change what it gives.
/// </summary>
internal sealed class TestModel : IDenoiser
{
    public const int Elements = 3;

    private readonly ConcurrentQueue<ModelCall> _calls = new();

    public IReadOnlyList<long> Shape { get; init; } = [Elements];

    public double DataVariance => 1;

    public double Sensitivity => 1;

    public int BatchLimit { get; init; } = int.MaxValue;

    /// <summary>Told of every call before it is answered, on the thread that makes it.</summary>
    public Action<ModelCall> Before { get; set; } = _ => { };

    /// <summary>Says for every row, counted over all calls, whether it is answered with NaN.</summary>
    public Func<int, bool> IsNan { get; set; } = _ => false;

    public IReadOnlyList<ModelCall> Calls => [.. _calls];

    public IEnumerable<int> Rows => _calls.Select(call => call.Rows);

    public Tensor Denoise(Tensor x, ReadOnlySpan<NoiseLevel> levels, ReadOnlySpan<Condition> conditions)
    {
        var call = new ModelCall(levels.Length, conditions.ToArray(), Thread.CurrentThread);
        var before = _calls.Sum(earlier => earlier.Rows);
        _calls.Enqueue(call);
        Before(call);
        var denoised = empty_like(x);
        var from = MemoryMarshal.Cast<byte, float>(x.bytes);
        var to = MemoryMarshal.Cast<byte, float>(denoised.bytes);
        for (var i = 0; i < from.Length; i++)
            to[i] = IsNan(before + (i / Elements)) ? float.NaN : (from[i] / 2) - 1;
        return denoised;
    }
}
