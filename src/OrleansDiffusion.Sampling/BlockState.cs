namespace OrleansDiffusion.Sampling;

/// <summary>
/// What passes from one block to the next, for a batch of samples: the sample x, the second state y of steps with
/// memory, and the last denoised estimate, which starts the next block's iterates. Each [samples, elements], float32.
/// </summary>
public sealed class BlockState : IDisposable
{
    private readonly HostTensor _x;
    private readonly HostTensor _y;
    private readonly HostTensor _denoised;

    /// <summary>A state of zeros.</summary>
    /// <param name="samples">Number of samples.</param>
    /// <param name="elements">Elements of a sample.</param>
    public BlockState(int samples, int elements)
    {
        Samples = samples;
        Elements = elements;
        _x = new HostTensor(samples, elements);
        _y = new HostTensor(samples, elements);
        _denoised = new HostTensor(samples, elements);
    }

    /// <summary>Number of samples.</summary>
    public int Samples { get; }

    /// <summary>Elements of a sample.</summary>
    public int Elements { get; }

    /// <summary>The sample x.</summary>
    public Span<float> X(int sample) => _x.Row(sample);

    /// <summary>The second state y.</summary>
    public Span<float> Y(int sample) => _y.Row(sample);

    /// <summary>The last denoised estimate D.</summary>
    public Span<float> Denoised(int sample) => _denoised.Row(sample);

    /// <summary>All samples as a tensor [samples, elements] over the same memory; do not dispose it.</summary>
    internal TorchSharp.torch.Tensor XTensor => _x.Tensor;

    /// <inheritdoc/>
    public void Dispose()
    {
        _x.Dispose();
        _y.Dispose();
        _denoised.Dispose();
    }
}
