using OrleansDiffusion.Models.Safetensors;
using OrleansDiffusion.Sampling;
using TorchSharp;

namespace OrleansDiffusion.Cli.Output;

/// <summary>Where samples go: a file whose ending names its format, or a folder of one <c>.npy</c> a sample.</summary>
internal sealed class SampleFile
{
    private readonly string _path;
    private readonly IReadOnlyList<long> _shape;
    private readonly Format _format;

    /// <summary>Checks the place before any work is done.</summary>
    /// <exception cref="InvalidOptionException">The format does not suit, or nothing can be written there.</exception>
    public SampleFile(string path, IReadOnlyList<long> shape)
    {
        if (path.Length == 0)
            throw new InvalidOptionException("out", "must name a file or a folder, was empty");
        _path = path;
        _shape = shape;
        _format = FormatOf(path);
        if (_format == Format.Png && shape is not [2])
            throw new InvalidOptionException("out",
                $"must end in .npy or .safetensors for samples of shape [{string.Join(", ", shape)}]; .png draws [2]");
        WritableFile.Check("out", _format == Format.Folder ? Path.Combine(path, "0.npy") : path);
    }

    private enum Format
    {
        Folder,
        Npy,
        Safetensors,
        Png,
    }

    /// <summary>Writes all samples; a file appears whole or not at all.</summary>
    /// <param name="samples">[count, *shape] in C order.</param>
    /// <param name="title">One line about them.</param>
    public void Write(float[] samples, string title)
    {
        var elements = (int)_shape.Aggregate(1L, (product, size) => product * size);
        var count = samples.Length / elements;
        switch (_format)
        {
            case Format.Npy:
                WritableFile.Write(_path, stream => NpyFile.Write(stream, [count, .. _shape], samples));
                break;
            case Format.Safetensors:
                WriteSafetensors(samples, [count, .. _shape], title);
                break;
            case Format.Png:
                WritableFile.Write(_path, stream => stream.Write(ScatterPlot.Png(samples, title)));
                break;
            default:
                var digits = Math.Max(5, $"{count - 1}".Length);
                for (var n = 0; n < count; n++)
                {
                    var sample = samples.AsMemory(n * elements, elements);
                    WritableFile.Write(
                        Path.Combine(_path, $"{n}".PadLeft(digits, '0') + ".npy"),
                        stream => NpyFile.Write(stream, _shape, sample.Span));
                }

                break;
        }
    }

    private void WriteSafetensors(float[] samples, long[] shape, string title)
    {
        using var flat = torch.frombuffer(samples, torch.ScalarType.Float32); // the same memory
        using var tensor = flat.view(shape);
        WritableFile.Write(_path, stream => SafetensorsWriter.Write(
            stream, [new("samples", tensor)], new Dictionary<string, string> { ["samples"] = title }));
    }

    private static Format FormatOf(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".NPY" => Format.Npy,
        ".SAFETENSORS" => Format.Safetensors,
        ".PNG" => Format.Png,
        "" => Format.Folder,
        _ when Directory.Exists(path) => Format.Folder,
        var other => throw new InvalidOptionException("out",
            $"must end in .png, .npy or .safetensors, or be a folder, was {other.ToLowerInvariant()}"),
    };
}
