using System.Buffers.Binary;
using System.Text;
using OrleansDiffusion.Models.Safetensors;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Tests.Safetensors;

/// <summary>A file in a folder of its own, for one test.</summary>
internal sealed class ScratchFile : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("safetensors-").FullName;

    public string Path => System.IO.Path.Combine(_folder, "model.safetensors");

    /// <summary>The names of all files in the folder.</summary>
    public IEnumerable<string?> Left =>
        Directory.EnumerateFileSystemEntries(_folder).Select(System.IO.Path.GetFileName);

    /// <summary>The bytes of a file with this header, which need not be right.</summary>
    public static byte[] Bytes(string header, int data) => Bytes(Encoding.UTF8.GetBytes(header), data);

    /// <inheritdoc cref="Bytes(string, int)"/>
    public static byte[] Bytes(byte[] header, int data)
    {
        var file = new byte[8 + header.Length + data];
        BinaryPrimitives.WriteInt64LittleEndian(file, header.Length);
        header.CopyTo(file, 8);
        return file;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public SafetensorsFile Open() => SafetensorsFile.Open(Path);

    public void WriteBytes(byte[] content) => File.WriteAllBytes(Path, content);

    public void Write(
        IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        SafetensorsWriter.Write(Path, tensors, metadata);

    /// <summary>Fails unless the file is refused in one short line that names it; returns what follows.</summary>
    public string Refusal() => WhatIsSaidBy(Assert.Throws<ModelFormatException>(Open));

    /// <summary>Loads every tensor; true if the file was opened, false if it was refused.</summary>
    public bool TryLoadAll()
    {
        try
        {
            using var file = Open();
            foreach (var (name, entry) in file.Entries)
            {
                using var tensor = file.Load(name);
                Assert.Equal(entry.Shape, tensor.shape);
            }

            return true;
        }
        catch (ModelFormatException e)
        {
            WhatIsSaidBy(e);
            return false;
        }
    }

    private string WhatIsSaidBy(ModelFormatException refusal)
    {
        var message = refusal.Message;
        Assert.StartsWith(Path + ": ", message, StringComparison.Ordinal);
        Assert.DoesNotContain(message, char.IsControl);
        Assert.InRange(message.Length, Path.Length + 10, Path.Length + 300);
        return message[(Path.Length + 2)..];
    }
}
