using OrleansDiffusion.Digits.Data;

namespace OrleansDiffusion.Models.Tests.Digits;

public sealed class DigitImagesTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, -1)]
    [InlineData(-2, 2)]
    public void A_moved_image_has_its_pixels_elsewhere_and_background_behind_them(int right, int down)
    {
        var pixels = Enumerable.Range(0, DigitImages.Size).Select(i => (float)i).ToArray();
        var images = new DigitImages(pixels, [7]);
        var moved = new float[DigitImages.Size];

        images.CopyMoved(0, right, down, moved);

        for (var i = 0; i < DigitImages.Size; i++)
        {
            var (row, column) = (i / DigitImages.Side - down, i % DigitImages.Side - right);
            var isInside = row is >= 0 and < DigitImages.Side && column is >= 0 and < DigitImages.Side;
            Assert.Equal(isInside ? (row * DigitImages.Side) + column : -1, moved[i]);
        }
    }

    [Fact]
    public void An_epoch_has_every_image_once()
    {
        var order = new Shuffle(count: 10, seed: 3);

        var epoch = order.Indices(0, 5).Concat(order.Indices(1, 5)).ToArray();

        Assert.Equal(Enumerable.Range(0, 10), epoch.Order());
        Assert.Equal(epoch[5..], new Shuffle(count: 10, seed: 3).Indices(1, 5)); // resumed
    }
}
