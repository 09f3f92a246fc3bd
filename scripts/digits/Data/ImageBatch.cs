using static TorchSharp.torch;

namespace OrleansDiffusion.Digits.Data;

/// <summary>Some images and their digits as tensors.</summary>
/// <param name="Images">[n, 1, 28, 28], float32.</param>
/// <param name="Labels">[n], int64.</param>
internal sealed record ImageBatch(Tensor Images, Tensor Labels) : IDisposable
{
    /// <summary>A batch of images as they are.</summary>
    /// <param name="images">Where they are taken from.</param>
    /// <param name="start">The first one.</param>
    /// <param name="count">How many; fewer where the images end.</param>
    public static ImageBatch Of(DigitImages images, int start, int count) =>
        Of(images, [.. Enumerable.Range(start, Math.Min(count, images.Count - start))], new Random(0), mostShift: 0);

    /// <summary>A batch of images, each moved by a random number of pixels.</summary>
    /// <param name="images">Where they are taken from.</param>
    /// <param name="indices">Which ones.</param>
    /// <param name="random">Says how far each one moves.</param>
    /// <param name="mostShift">How many pixels at most, along either axis.</param>
    public static ImageBatch Of(DigitImages images, int[] indices, Random random, int mostShift)
    {
        var pixels = new float[indices.Length * DigitImages.Size];
        var labels = new long[indices.Length];
        for (var i = 0; i < indices.Length; i++)
        {
            var (right, down) = (random.Next(-mostShift, mostShift + 1), random.Next(-mostShift, mostShift + 1));
            images.CopyMoved(indices[i], right, down, pixels.AsSpan(i * DigitImages.Size, DigitImages.Size));
            labels[i] = images.Labels[indices[i]];
        }

        return new ImageBatch(
            tensor(pixels, [indices.Length, 1, DigitImages.Side, DigitImages.Side], ScalarType.Float32),
            tensor(labels, ScalarType.Int64));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
    }
}
