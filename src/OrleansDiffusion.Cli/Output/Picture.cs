using SkiaSharp;

namespace OrleansDiffusion.Cli.Output;

/// <summary>Pixels that become a PNG of eight bits a channel, grey or RGB, without alpha.</summary>
internal sealed class Picture : IDisposable
{
    private readonly SKBitmap _bitmap;

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

    public void WriteTo(Stream destination)
    {
        // Not encoded into the stream itself: an exception of its, from a full disk say, would pass through Skia's
        // native code, and that ends the process.
        using var png = _bitmap.Encode(SKEncodedImageFormat.Png, quality: 100)
            ?? throw new IOException($"a picture of {_bitmap.Width} x {_bitmap.Height} pixels could not be encoded");
        destination.Write(png.AsSpan());
    }

    public void Dispose() => _bitmap.Dispose();
}
