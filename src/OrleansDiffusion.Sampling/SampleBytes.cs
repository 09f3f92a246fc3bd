using System.Runtime.InteropServices;

namespace OrleansDiffusion.Sampling;

/// <summary>
/// What there is of chosen samples of a batch, as bytes: a header of four int32 (samples, elements, scalars a sample,
/// rows a sample), the samples' indices, int32, and then for each its scalars, float64, and its rows of elements,
/// float32. Little-endian, as every machine that libtorch runs on lays them out; copied as they are.
/// </summary>
internal static class SampleBytes
{
    private const int HeaderLength = 4;

    /// <summary>Begins to write.</summary>
    public static Writer Write(ReadOnlySpan<int> samples, int elements, int scalars, int rows)
    {
        var length = Length(samples.Length, elements, scalars, rows);
        if (length > Array.MaxLength)
            throw new ArgumentException(
                $"{samples.Length} samples of {elements} elements take {length} bytes, more than an array holds: " +
                "write fewer at a time", nameof(samples));
        var writer = new Writer(GC.AllocateUninitializedArray<byte>((int)length));
        writer.Add<int>([samples.Length, elements, scalars, rows]);
        writer.Add(samples);
        return writer;
    }

    /// <summary>Begins to read.</summary>
    /// <param name="bytes">All of what was written.</param>
    /// <param name="batch">Samples of the batch that is read into.</param>
    /// <param name="elements">Elements of a sample.</param>
    /// <param name="scalars">Scalars that a sample has.</param>
    /// <param name="rows">Rows that a sample has.</param>
    /// <exception cref="InvalidDataException">The bytes are not of such samples.</exception>
    public static Reader Read(ReadOnlySpan<byte> bytes, int batch, int elements, int scalars, int rows)
    {
        var reader = new Reader(bytes);
        var header = Header(bytes);
        reader.Skip(HeaderLength * sizeof(int));
        if (header[1] != elements || header[2] != scalars || header[3] != rows)
            throw new InvalidDataException(
                $"a sample has {elements} elements, {scalars} scalars and {rows} rows, in the bytes " +
                $"{header[1]}, {header[2]} and {header[3]}");
        var length = Length(header[0], elements, scalars, rows);
        if (header[0] < 0 || bytes.Length != length)
            throw new InvalidDataException(
                $"{header[0]} samples of {elements} elements take {length} bytes, there are {bytes.Length}");
        reader.TakeSamples(header[0], batch);
        return reader;
    }

    /// <summary>Rows that a sample has in bytes that are yet to be read.</summary>
    /// <exception cref="InvalidDataException">There are fewer bytes than a header has.</exception>
    public static int RowsOf(ReadOnlySpan<byte> bytes) => Header(bytes)[3];

    private static int[] Header(ReadOnlySpan<byte> bytes) => bytes.Length >= HeaderLength * sizeof(int)
        ? MemoryMarshal.Cast<byte, int>(bytes[..(HeaderLength * sizeof(int))]).ToArray()
        : throw new InvalidDataException(
            $"samples begin with a header of {HeaderLength * sizeof(int)} bytes, there are {bytes.Length}");

    /// <summary>Bytes of as many samples.</summary>
    public static long Length(int samples, int elements, int scalars, int rows) =>
        (HeaderLength * sizeof(int)) +
        (samples * (sizeof(int) + ((long)scalars * sizeof(double)) + ((long)rows * elements * sizeof(float))));

    /// <summary>Where the next values go.</summary>
    public ref struct Writer(byte[] bytes)
    {
        private int _position;

        public void Add<T>(scoped ReadOnlySpan<T> values)
            where T : unmanaged
        {
            var from = MemoryMarshal.AsBytes(values);
            from.CopyTo(bytes.AsSpan(_position));
            _position += from.Length;
        }

        /// <summary>The place of the next values, to be filled.</summary>
        public Span<T> Next<T>(int count)
            where T : unmanaged
        {
            var place = MemoryMarshal.Cast<byte, T>(bytes.AsSpan(_position))[..count];
            _position += MemoryMarshal.AsBytes(place).Length;
            return place;
        }

        public readonly byte[] Finish() => bytes;
    }

    /// <summary>Where the next values are.</summary>
    public ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        /// <summary>The samples that were written.</summary>
        public int[] Samples { get; private set; } = [];

        /// <summary>What was not taken yet.</summary>
        public readonly ReadOnlySpan<byte> Rest => _rest;

        public void Take<T>(scoped Span<T> values)
            where T : unmanaged
        {
            var to = MemoryMarshal.AsBytes(values);
            _rest[..to.Length].CopyTo(to);
            Skip(to.Length);
        }

        internal void Skip(int length) => _rest = _rest[length..];

        internal void TakeSamples(int count, int batch)
        {
            Samples = new int[count];
            Take<int>(Samples);
            foreach (var sample in Samples)
            {
                if ((uint)sample >= (uint)batch)
                    throw new InvalidDataException(
                        $"the batch has {batch} samples, in the bytes there is sample {sample}");
            }
        }
    }
}
