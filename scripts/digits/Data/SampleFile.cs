using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace OrleansDiffusion.Digits.Data;

/// <summary>Samples in a file of NumPy's, as <c>odiff sample --out x.npy</c> writes it.</summary>
internal static partial class SampleFile
{
    // The format's name and version.
    private static readonly byte[] Magic = [0x93, .. "NUMPY"u8, 1, 0];

    /// <summary>Reads the samples, with their pixels brought into [-1, 1] as those of digits are.</summary>
    /// <param name="path">The file: float32, [n, 1, 28, 28].</param>
    /// <param name="labels">What samples were asked for; sample i was asked for label i, and from the first one on
    /// again where they end.</param>
    /// <exception cref="InvalidDataException">It is another kind of file.</exception>
    public static DigitImages Read(string path, IReadOnlyList<long> labels)
    {
        var content = File.ReadAllBytes(path);
        if (!content.AsSpan().StartsWith(Magic))
            throw new InvalidDataException($"{path} is no .npy file of version 1.0");
        var start = 10 + BinaryPrimitives.ReadUInt16LittleEndian(content.AsSpan(8));
        var header = Images().Match(Encoding.ASCII.GetString(content, 10, start - 10));
        if (!header.Success)
            throw new InvalidDataException($"{path} holds no float32 images [n, 1, 28, 28]");

        var pixels = MemoryMarshal.Cast<byte, float>(content.AsSpan(start)).ToArray();
        var count = int.Parse(header.Groups["count"].ValueSpan);
        if (pixels.Length != count * DigitImages.Size)
            throw new InvalidDataException($"{path} does not hold the {count} images it announces");
        if (!pixels.All(float.IsFinite))
            throw new InvalidDataException($"{path} has samples that are NaN or infinite");
        return new DigitImages(
            [.. pixels.Select(pixel => Math.Clamp(pixel, -1, 1))],
            [.. Enumerable.Range(0, count).Select(i => labels[i % labels.Count])]);
    }

    [GeneratedRegex(
        @"'descr': '<f4', 'fortran_order': False, 'shape': \((?<count>\d+), 1, 28, 28\)",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Images();
}
