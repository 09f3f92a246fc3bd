using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace OrleansDiffusion.Sampling;

/// <summary>
/// Rows of float32 in the memory of a CPU tensor: spans for the sweep's own arithmetic, a tensor without a copy for
/// the model.
/// </summary>
/// <remarks>
/// A sweep costs some ten operations an element, the model many thousands. So trajectories live in host memory
/// whatever the device: only what the model reads and returns crosses to it, and results do not depend on it.
/// </remarks>
internal sealed unsafe class HostTensor : IDisposable
{
    private readonly float* _origin;
    private readonly int _elements;
    private readonly long _rows;

    /// <summary>Rows of zeros.</summary>
    public HostTensor(long rows, int elements)
        : this(zeros(rows, elements, dtype: ScalarType.Float32))
    {
    }

    private HostTensor(Tensor tensor)
    {
        Tensor = tensor.DetachFromDisposeScope();
        _elements = checked((int)tensor.shape[1]);
        _rows = tensor.shape[0];

        // A span holds 2^31 bytes at most, so the first element is asked for alone.
        using var row = Tensor.narrow(0, 0, 1);
        using var first = row.narrow(1, 0, 1);
        _origin = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }

    /// <summary>[rows, elements].</summary>
    public Tensor Tensor { get; }

    /// <summary>A row's memory; it lives as long as this object.</summary>
    public Span<float> Row(long row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)row, (ulong)_rows, nameof(row));
        return new Span<float>(_origin + (row * _elements), _elements);
    }

    /// <summary>The rows of any tensor; its memory is shared where it is float32 on the CPU already.</summary>
    public static HostTensor From(Tensor tensor, long rows, int elements)
    {
        using var scope = NewDisposeScope();
        return new HostTensor(tensor.to(ScalarType.Float32).cpu().contiguous().view(rows, elements));
    }

    public void Dispose() => Tensor.Dispose();
}
