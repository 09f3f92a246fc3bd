using OrleansDiffusion.Safetensors;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Safetensors;

/// <summary>Writes the safetensors format: a JSON header that places named tensors in the bytes behind it.</summary>
/// <remarks>The same tensors and metadata give the same bytes, whatever order they come in.</remarks>
public static class SafetensorsWriter
{
    /// <summary>Writes a file, which appears whole or not at all.</summary>
    /// <param name="path">The file; one that is there is replaced, and who reads it goes on with the old one.</param>
    /// <param name="tensors">Tensors of any shape, float32, float16, bfloat16 or int64, by name.</param>
    /// <param name="metadata">Free text about the file; null for none.</param>
    /// <exception cref="ArgumentException">Names or dtypes cannot be written, or make a header of more than 100 MB.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(
        string path, IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        var beside = $"{path}.{Path.GetRandomFileName()}";
        try
        {
            using (var stream = File.Create(beside))
                Write(stream, tensors, metadata);
            File.Move(beside, path, overwrite: true);
        }
        finally
        {
            File.Delete(beside);
        }
    }

    /// <summary>Writes to a stream. Only a tensor that is not contiguous on the CPU is copied, one at a time.</summary>
    /// <param name="destination">Where to write; left open.</param>
    /// <param name="tensors">Tensors of any shape, float32, float16, bfloat16 or int64, by name.</param>
    /// <param name="metadata">Free text about the file; null for none.</param>
    /// <exception cref="ArgumentException">Names or dtypes cannot be written, or make a header of more than 100 MB;
    /// nothing has been written.</exception>
    public static void Write(
        Stream destination, IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(tensors);
        var parts = SafetensorsPart.Ordered(tensors.Select(TensorPart.Of));
        SafetensorsHeaderWriter.Write(destination, parts, metadata);
        foreach (var part in parts)
            WriteValues(destination, part.Tensor);
    }

    private static void WriteValues(Stream destination, Tensor tensor)
    {
        using var local = tensor.cpu();
        using var contiguous = local.contiguous();
        foreach (var chunk in TensorChunks.Of(contiguous))
        {
            using (chunk)
                destination.Write(chunk.bytes);
        }
    }
}
