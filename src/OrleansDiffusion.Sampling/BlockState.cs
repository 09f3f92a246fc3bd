using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using OrleansDiffusion.Sampling.Noise;

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

    /// <summary>Bytes of a sample's state.</summary>
    /// <param name="elements">Elements of a sample.</param>
    public static int BytesOf(int elements) => checked((3 * elements * sizeof(float)) + sizeof(double));

    /// <summary>Sets a sample's state where sampling starts.</summary>
    /// <param name="sample">Index in the batch.</param>
    /// <param name="noise">The job's noise.</param>
    /// <param name="sampleOfJob">The sample's index in the job.</param>
    /// <param name="start">The level at which sampling starts.</param>
    /// <param name="dataVariance">The data's variance per element.</param>
    public void Begin(int sample, NormalNoise noise, int sampleOfJob, NoiseLevel start, double dataVariance)
    {
        ArgumentNullException.ThrowIfNull(noise);
        noise.Fill(X(sample), (uint)sampleOfJob, NoiseAddress.Initial);

        // The first D known is that of Gaussian data, of which x_T says almost nothing.
        TensorPrimitives.Multiply(X(sample), (float)start.GaussianGain(dataVariance), Denoised(sample));
        Y(sample).Clear();
        LocalVariance(sample) = 0;
    }

    /// <summary>A sample's state as bytes: x, y and D, float32, and the local variance, float64; little-endian.</summary>
    /// <param name="sample">Index in the batch.</param>
    public byte[] Write(int sample)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(BytesOf(Elements));
        var rest = bytes.AsSpan();
        foreach (var row in new[] { _x, _y, _denoised })
        {
            MemoryMarshal.AsBytes(row.Row(sample)).CopyTo(rest);
            rest = rest[(Elements * sizeof(float))..];
        }

        MemoryMarshal.Write(rest, LocalVariance(sample));
        return bytes;
    }

    /// <summary>Sets a sample's state.</summary>
    /// <param name="sample">Index in the batch.</param>
    /// <param name="bytes">What <see cref="Write"/> returned for a state of as many elements.</param>
    /// <exception cref="InvalidDataException">They are not.</exception>
    public void Read(int sample, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != BytesOf(Elements))
            throw new InvalidDataException(
                $"the state of {Elements} elements takes {BytesOf(Elements)} bytes, there are {bytes.Length}");
        foreach (var row in new[] { _x, _y, _denoised })
        {
            MemoryMarshal.Cast<byte, float>(bytes[..(Elements * sizeof(float))]).CopyTo(row.Row(sample));
            bytes = bytes[(Elements * sizeof(float))..];
        }

        LocalVariance(sample) = MemoryMarshal.Read<double>(bytes);
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
