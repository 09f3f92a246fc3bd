namespace OrleansDiffusion.Digits.Data;

/// <summary>Labelled images, 28 x 28, pixels in [-1, 1] with -1 for the background.</summary>
/// <param name="pixels">All pixels, image by image.</param>
/// <param name="labels">The digit of every image.</param>
internal sealed class DigitImages(float[] pixels, long[] labels)
{
    /// <summary>Pixels of a side.</summary>
    public const int Side = 28;

    /// <summary>Pixels of an image.</summary>
    public const int Size = Side * Side;

    /// <summary>How many images there are.</summary>
    public int Count => labels.Length;

    /// <summary>The digit of every image.</summary>
    public ReadOnlySpan<long> Labels => labels;

    /// <summary>One image.</summary>
    public ReadOnlySpan<float> this[int index] => pixels.AsSpan(index * Size, Size);

    /// <summary>Copies an image moved by whole pixels; what comes in over an edge is background.</summary>
    /// <param name="index">Which image.</param>
    /// <param name="right">Pixels to the right, or to the left if negative.</param>
    /// <param name="down">Pixels downwards, or upwards if negative.</param>
    /// <param name="destination">Where to, one image.</param>
    public void CopyMoved(int index, int right, int down, Span<float> destination)
    {
        destination.Fill(-1);
        var width = Side - Math.Abs(right);
        for (var row = Math.Max(0, down); row < Side + Math.Min(0, down); row++)
        {
            this[index].Slice(((row - down) * Side) + Math.Max(0, -right), width)
                .CopyTo(destination.Slice((row * Side) + Math.Max(0, right), width));
        }
    }
}
