using System.Collections.Immutable;
using System.Runtime.InteropServices;
using OrleansDiffusion.Safetensors;
using OrleansDiffusion.Storage.Tensors;

namespace OrleansDiffusion.Storage.Checkpoints;

/// <summary>
/// A checkpoint as bytes: safetensors with <c>states</c> F32 [samples, floats], <c>leads</c> I64 [samples] and
/// <c>present</c> I64 [samples], 0 where a sample has no state, whose floats are 0 then.
/// </summary>
internal static class CheckpointContent
{
    private const string JobHash = "jobHash";
    private const string Batch = "batch";
    private const string Account = "account";
    private const string States = "states";
    private const string Leads = "leads";
    private const string Present = "present";

    /// <summary>Writes a checkpoint.</summary>
    /// <exception cref="ArgumentException">It is not as <see cref="Checkpoint"/> says, or too large for an object.
    /// </exception>
    public static ReadOnlyMemory<byte> Write(string batch, Checkpoint checkpoint)
    {
        Check(checkpoint);
        long samples = checkpoint.Leads.Length;
        var bytes = checkpoint.States.FirstOrDefault(state => state is not null)?.Length ?? 0;
        var none = new byte[bytes];
        return TensorContent.Write(
            [
                new BytesPart(
                    States, SafetensorsDtype.F32, [samples, bytes / sizeof(float)],
                    [.. checkpoint.States.Select(state => new ReadOnlyMemory<byte>(state ?? none))]),
                new BytesPart(Leads, SafetensorsDtype.I64, [samples], [Bytes(checkpoint.Leads.Select(lead => (long)lead))]),
                new BytesPart(
                    Present, SafetensorsDtype.I64, [samples],
                    [Bytes(checkpoint.States.Select(state => state is null ? 0L : 1))]),
            ],
            new Dictionary<string, string>
            {
                [JobHash] = checkpoint.JobHash, [Batch] = batch, [Account] = checkpoint.Account,
            });
    }

    /// <summary>Reads a checkpoint of a batch.</summary>
    /// <exception cref="SafetensorsFormatException">Says what is wrong with the content.</exception>
    public static Checkpoint Read(string batch, ReadOnlyMemory<byte> bytes)
    {
        var content = new TensorContent(bytes);
        if (content.Text(Batch) != batch)
            throw new SafetensorsFormatException($"is of batch '{Printable.Of(content.Text(Batch))}', not '{batch}'");
        var leads = Numbers(content, Leads, int.MaxValue);
        var present = Numbers(content, Present, 1);
        var (shape, values) = content.Tensor(States, SafetensorsDtype.F32);
        if (leads.Length == 0 || present.Length != leads.Length || shape.Count != 2 || shape[0] != leads.Length)
            throw new SafetensorsFormatException("has tensors of different numbers of samples");
        if (present.Contains(1) && shape[1] == 0)
            throw new SafetensorsFormatException("has states without values");

        var width = values.Length / leads.Length;
        return new Checkpoint(
            content.Text(JobHash),
            [.. leads.Select(lead => (int)lead)],
            [.. present.Select((isThere, i) => isThere == 1 ? values.Slice(i * width, width).ToArray() : null)],
            content.Text(Account));
    }

    private static void Check(Checkpoint checkpoint)
    {
        var (_, leads, states, account) = checkpoint;
        ArgumentNullException.ThrowIfNull(account, nameof(checkpoint));
        if (leads.IsDefaultOrEmpty || states.IsDefault || leads.Length != states.Length)
            throw new ArgumentException("must have a lead and a state for each sample", nameof(checkpoint));
        if (leads.Min() < 0)
            throw new ArgumentException($"leads must be 0 or more, one is {leads.Min()}", nameof(checkpoint));
        if (states.OfType<byte[]>().Any(state => state.Length == 0 || state.Length % sizeof(float) != 0))
            throw new ArgumentException("states must be whole float32 values, at least one", nameof(checkpoint));
        if (states.OfType<byte[]>().DistinctBy(state => state.Length).Skip(1).Any())
            throw new ArgumentException("states must all have the same length", nameof(checkpoint));
    }

    private static long[] Numbers(TensorContent content, string name, long most)
    {
        var (shape, values) = content.Tensor(name, SafetensorsDtype.I64);
        if (shape.Count != 1)
            throw new SafetensorsFormatException($"tensor '{name}' must have one size, has {shape.Count}");
        long[] numbers = [.. MemoryMarshal.Cast<byte, long>(values.Span)];
        if (Array.Exists(numbers, number => number < 0 || number > most))
            throw new SafetensorsFormatException($"tensor '{name}' must hold numbers from 0 to {most}");
        return numbers;
    }

    private static ReadOnlyMemory<byte> Bytes(IEnumerable<long> numbers) =>
        MemoryMarshal.AsBytes(numbers.ToArray().AsSpan()).ToArray();
}
