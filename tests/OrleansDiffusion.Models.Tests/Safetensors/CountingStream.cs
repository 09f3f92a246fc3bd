namespace OrleansDiffusion.Models.Tests.Safetensors;

/// <summary>Counts what is written to it, and keeps the first bytes.</summary>
internal sealed class CountingStream : Stream
{
    private const int Kept = 8192;

    private readonly List<byte> _start = [];
    private long _length;

    public byte[] Start => [.. _start];

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _start.AddRange(buffer[..Math.Min(buffer.Length, Kept - _start.Count)]);
        _length += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
