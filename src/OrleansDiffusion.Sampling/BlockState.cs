namespace OrleansDiffusion.Sampling;

/// <summary>
/// What passes from one block to the next, for a batch of samples: the sample x, the second state y of steps with
/// memory, and the last denoised estimate, which starts the next block's iterates, each [samples, elements], float32;
/// and the local variance, from which the next block's secants start.
/// </summary>
public sealed class BlockState : IDisposable
{
    private readonly HostTensor _x;
    private readonly HostTensor _y;
    private readonly HostTensor _denoised;
    private readonly double[] _localVariances;

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
        _localVariances = new double[samples];
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

    /// <summary>
    /// The variance per element of the data about a sample, as the secant last saw it through D; 0 where nothing is
    /// known, which freezes D.
    /// </summary>
    public ref double LocalVariance(int sample) => ref _localVariances[sample];

    /// <summary>All of chosen samples as bytes, for <see cref="Read"/>.</summary>
    /// <param name="samples">Indices in the batch.</param>
    public byte[] Write(ReadOnlySpan<int> samples)
    {
        var writer = SampleBytes.Write(samples, Elements, scalars: 1, rows: 3);
        foreach (var sample in samples)
        {
            writer.Add<double>([LocalVariance(sample)]);
            writer.Add<float>(X(sample));
            writer.Add<float>(Y(sample));
            writer.Add<float>(Denoised(sample));
        }

        return writer.Finish();
    }

    /// <summary>Replaces the samples that were written; others stay.</summary>
    /// <param name="bytes">What <see cref="Write"/> returned for a state of as many elements.</param>
    /// <exception cref="InvalidDataException">They are not; nothing was replaced.</exception>
    public void Read(ReadOnlySpan<byte> bytes)
    {
        var reader = SampleBytes.Read(bytes, Samples, Elements, scalars: 1, rows: 3);
        foreach (var sample in reader.Samples)
        {
            reader.Take(new Span<double>(ref LocalVariance(sample)));
            reader.Take(X(sample));
            reader.Take(Y(sample));
            reader.Take(Denoised(sample));
        }
    }

    /// <summary>Copies one sample's part.</summary>
    internal void CopyTo(BlockState other, int sample)
    {
        X(sample).CopyTo(other.X(sample));
        Y(sample).CopyTo(other.Y(sample));
        Denoised(sample).CopyTo(other.Denoised(sample));
        other.LocalVariance(sample) = LocalVariance(sample);
    }

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
