using System.IO.MemoryMappedFiles;
using OrleansDiffusion.Safetensors;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Safetensors;

/// <summary>
/// A safetensors file, open for reading. Opening reads and checks the header alone; a tensor's bytes are mapped into
/// memory while it is loaded.
/// </summary>
/// <remarks>
/// Whatever the file claims is checked against its size before it is used. The one thing that cannot be guarded
/// against: who cuts the file off while a tensor is being loaded ends the process, as with any mapped file.
/// Several threads may load at once.
/// </remarks>
public sealed class SafetensorsFile : IDisposable
{
    private readonly string _path;
    private readonly long _dataStart;
    private readonly FileStream _stream;
    private readonly MemoryMappedFile _map;

    private SafetensorsFile(string path, FileStream stream)
    {
        var header = SafetensorsHeader.Read(stream);
        _path = path;
        _dataStart = header.DataStart;
        _stream = stream;
        _map = MemoryMappedFile.CreateFromFile(
            stream, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None,
            leaveOpen: true);
        Metadata = header.Metadata;
        Entries = header.Entries;
    }

    /// <summary>Free text about the file.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFormatException">The file cannot be read or is broken; the message names it.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            return OpenStream(path);
        }
        catch (Exception e) when (
            e is SafetensorsFormatException or IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ModelFormatException($"{path}: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>Copies a tensor into memory of its own.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="dtype">What its numbers are converted to; null leaves them as they are.</param>
    /// <returns>A tensor on the CPU with the shape of the entry; the caller's.</returns>
    /// <exception cref="ModelFormatException">The file has no such tensor.</exception>
    public Tensor Load(string name, ScalarType? dtype = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ObjectDisposedException.ThrowIf(_map.SafeMemoryMappedFileHandle.IsClosed, this);
        if (!Entries.TryGetValue(name, out var entry))
            throw new ModelFormatException($"{_path}: has no tensor '{Printable.Of(name)}'");
        using var scope = NewDisposeScope();
        var stored = TensorDtypes.Of(entry.Dtype);
        var tensor = empty([.. entry.Shape], stored, CPU);
        Fill(tensor, entry);
        return (dtype is { } wanted && wanted != stored ? tensor.to(wanted) : tensor).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _map.Dispose();
        _stream.Dispose();
    }

    private static SafetensorsFile OpenStream(string path)
    {
        var stream = File.OpenRead(path);
        try
        {
            return new SafetensorsFile(path, stream);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private void Fill(Tensor tensor, SafetensorsEntry entry)
    {
        if (entry.Length == 0)
            return; // a view of length 0 would be one of all that follows
        using var bytes = _map.CreateViewStream(_dataStart + entry.Begin, entry.Length, MemoryMappedFileAccess.Read);
        foreach (var chunk in TensorChunks.Of(tensor))
        {
            using (chunk)
                bytes.ReadExactly(chunk.bytes);
        }
    }
}
