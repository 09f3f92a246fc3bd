namespace OrleansDiffusion.Output;

/// <summary>The shape of samples that are images: grey or RGB, channels first, values from -1 to 1.</summary>
/// <param name="Channels">1 or 3.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Values of a row.</param>
public sealed record ImageShape(int Channels, int Height, int Width)
{
    /// <summary>The longest side of a picture: 2^28 pixels in all, of which Skia holds four bytes each.</summary>
    public const int LongestSide = 16384;

    /// <summary>Whether it has one channel.</summary>
    public bool IsGrey => Channels == 1;

    /// <summary>The image that a shape means: [1, h, w] is grey, [3, h, w] is RGB, any other is none.</summary>
    public static ImageShape? Of(IReadOnlyList<long> shape) =>
        shape is [1 or 3, >= 1 and <= LongestSide, >= 1 and <= LongestSide]
            ? new ImageShape((int)shape[0], (int)shape[1], (int)shape[2])
            : null;
}
