using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace OrleansDiffusion.Cli.Tests;

/// <summary>An array as NumPy's documentation of the format says it is to be read.</summary>
internal sealed partial record NpyArray(string Descr, bool FortranOrder, int[] Shape, float[] Values)
{
    public static NpyArray Read(byte[] file)
    {
        Assert.Equal([0x93, .. "NUMPY"u8, 1, 0], file[..8]);
        var end = 10 + BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(8));
        Assert.Equal(0, end % 64);
        var header = Header().Match(Encoding.ASCII.GetString(file, 10, end - 10));
        Assert.True(header.Success);
        return new NpyArray(
            header.Groups["descr"].Value,
            header.Groups["order"].Value == "True",
            [.. header.Groups["size"].Captures.Select(size => int.Parse(size.Value))],
            MemoryMarshal.Cast<byte, float>(file.AsSpan(end)).ToArray());
    }

    // A Python dictionary; a tuple of one has a comma behind it.
    [GeneratedRegex(
        @"^\{'descr': '(?<descr>[^']*)', 'fortran_order': (?<order>True|False), 'shape': \(((?<size>\d+),|(?<size>\d+)(, (?<size>\d+))+)\), \} *\n\z",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Header();
}
