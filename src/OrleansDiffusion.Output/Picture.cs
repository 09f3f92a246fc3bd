using SkiaSharp;

namespace OrleansDiffusion.Output;

/// <summary>Pixels that become a PNG of eight bits a channel, grey or RGB, without alpha.</summary>
public sealed class Picture : IDisposable
{
    private readonly SKBitmap _bitmap;

    /// <summary>A picture, black.</summary>
    /// <param name="isGrey">Whether it has one channel, not three.</param>
    /// <param name="height">Its rows.</param>
    /// <param name="width">Pixels of a row.</param>
    public Picture(bool isGrey, int height, int width)
    {
        var colours = isGrey ? SKColorType.Gray8 : SKColorType.Rgb888x;
        _bitmap = new SKBitmap(new SKImageInfo(width, height, colours, SKAlphaType.Opaque));
    }

    /// <summary>Bytes from one pixel to the next; of the four of an RGB pixel the last means nothing.</summary>
    public int PixelBytes => _bitmap.BytesPerPixel;

    /// <summary>Makes all pixels one grey.</summary>
    public void Fill(byte level) => _bitmap.GetPixelSpan().Fill(level);

    /// <summary>The bytes of a row.</summary>
    public Span<byte> Row(int y) => _bitmap.GetPixelSpan().Slice(y * _bitmap.RowBytes, _bitmap.RowBytes);

    /// <summary>Writes it as a PNG.</summary>
    /// <exception cref="IOException">It could not be encoded.</exception>
    public void WriteTo(Stream destination)
    {
        ArgumentNullException.ThrowIfNull(destination);

        // Not encoded into the stream itself: an exception of its, from a full disk say, would pass through Skia's
        // native code, and that ends the process.
        using var png = _bitmap.Encode(SKEncodedImageFormat.Png, quality: 100)
            ?? throw new IOException($"a picture of {_bitmap.Width} x {_bitmap.Height} pixels could not be encoded");
        destination.Write(png.AsSpan());
    }

    /// <inheritdoc/>
    public void Dispose() => _bitmap.Dispose();
}
