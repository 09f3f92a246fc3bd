using System.Globalization;
using OrleansDiffusion.Safetensors;
using OrleansDiffusion.Storage.Objects;
using OrleansDiffusion.Storage.Tensors;

namespace OrleansDiffusion.Storage.Samples;

/// <summary>Keeps the finished samples of jobs, in files of some consecutive ones; each is written once.</summary>
/// <param name="store">Where they are kept.</param>
public sealed class SampleStore(IObjectStore store)
{
    private const string Tensor = "samples";
    private const string Extension = ".safetensors";

    /// <summary>Keeps samples. If those of the same first sample are there, nothing is changed.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="firstSample">Which sample of the job the first one is, 0 or more.</param>
    /// <param name="values">Little-endian float32 values [samples, *shape].</param>
    /// <param name="shape">Sizes of a sample, all positive.</param>
    /// <param name="cancellationToken">Ends the attempt; the samples may have been kept then.</param>
    /// <exception cref="ArgumentException">No job's name, or the values are not whole samples.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public async Task Write(
        string jobId, int firstSample, ReadOnlyMemory<byte> values, IReadOnlyList<long> shape,
        CancellationToken cancellationToken)
    {
        var name = NameOf(jobId, firstSample);
        ArgumentNullException.ThrowIfNull(shape);
        var samples = SamplesIn(values, shape);
        var content = TensorContent.Write([new BytesPart(Tensor, SafetensorsDtype.F32, [samples, .. shape], [values])]);
        try
        {
            await store.Write(name, content, WriteCondition.IfAbsent, cancellationToken);
        }
        catch (StoreConflictException)
        {
            // Written once already.
        }
    }

    /// <summary>Reads samples.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="firstSample">The first of them.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Little-endian float32 values [samples, *shape], or null if there are none.</returns>
    /// <exception cref="ArgumentException">No job's name.</exception>
    /// <exception cref="BrokenObjectException">They are not as they were written.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public async Task<ReadOnlyMemory<byte>?> Read(string jobId, int firstSample, CancellationToken cancellationToken)
    {
        var name = NameOf(jobId, firstSample);
        if (await store.Read(name, cancellationToken) is not { } there)
            return null;
        try
        {
            return new TensorContent(there.Content).Tensor(Tensor, SafetensorsDtype.F32).Values;
        }
        catch (SafetensorsFormatException e)
        {
            throw new BrokenObjectException(name, $"is broken: {e.Message}", e);
        }
    }

    /// <summary>The first samples that a job has something of, in order.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ArgumentException">No job's name.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public async Task<IReadOnlyList<int>> FirstSamples(string jobId, CancellationToken cancellationToken)
    {
        var prefix = PrefixOf(jobId);
        var names = await store.ListAll(prefix, cancellationToken);
        return [.. names.Select(name => FirstSampleOf(name[prefix.Length..])).OfType<int>().Order()];
    }

    /// <summary>Deletes all samples of a job.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="cancellationToken">Ends the attempt; it can be tried again.</param>
    /// <exception cref="ArgumentException">No job's name.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public async Task Remove(string jobId, CancellationToken cancellationToken) =>
        await store.DeleteAll(await store.ListAll(PrefixOf(jobId), cancellationToken), cancellationToken);

    private static string PrefixOf(string jobId)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        return ObjectName.IsPart(jobId)
            ? $"jobs/{jobId}/samples/"
            : throw new ArgumentException(
                $"'{Printable.Of(jobId)}' cannot name a job: a part that can stand in an object's name", nameof(jobId));
    }

    private static string NameOf(string jobId, int firstSample)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstSample);
        return $"{PrefixOf(jobId)}{firstSample:D10}{Extension}";
    }

    private static int? FirstSampleOf(string file) =>
        file.EndsWith(Extension, StringComparison.Ordinal)
        && int.TryParse(file.AsSpan(0, file.Length - Extension.Length), NumberStyles.None, null, out var first)
            ? first
            : null;

    private static long SamplesIn(ReadOnlyMemory<byte> values, IReadOnlyList<long> shape)
    {
        // A sample that is larger than all values is refused before its size could overflow.
        long sample = sizeof(float);
        foreach (var size in shape)
            sample = size > 0 && sample <= values.Length ? sample * Math.Min(size, int.MaxValue) : throw Refused(values, shape);
        return values.Length > 0 && values.Length % sample == 0 ? values.Length / sample : throw Refused(values, shape);
    }

    private static ArgumentException Refused(ReadOnlyMemory<byte> values, IReadOnlyList<long> shape) => new(
        $"must be whole float32 samples of shape [{string.Join(", ", shape)}], are {values.Length} bytes", nameof(values));
}
