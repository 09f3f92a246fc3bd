using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json.Nodes;
using OpenAI;
using OpenAI.Images;
using OrleansDiffusion.Client.Tests.Fixtures;
using OrleansDiffusion.Contracts.Jobs;
using SkiaSharp;

namespace OrleansDiffusion.Client.Tests;

/// <summary>OpenAI's own .NET client, sent to a gateway.</summary>
public sealed class OpenAIClientTests(GridFixture grid)
{
    private readonly ImageClient _images = ClientOf(new OpenAIClientOptions { Endpoint = new Uri(grid.Gateway, "v1") });

    private static ImageClient ClientOf(OpenAIClientOptions options)
    {
        options.AddPolicy(new FewSteps(), PipelinePosition.PerCall);
        return new ImageClient("digits", new ApiKeyCredential("any"), options);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Images_are_generated_in_the_size_and_number_that_are_asked_for()
    {
        var options = new ImageGenerationOptions
        {
            Size = new GeneratedImageSize(28, 28), ResponseFormat = GeneratedImageFormat.Bytes, EndUserId = "somebody",
        };

        var images = (await _images.GenerateImagesAsync("a handwritten 3", 2, options, Token)).Value;

        var expected = GridFixture.Sequential(
            new SamplingRequest { Model = "digits", Labels = [3], Count = 2, Seed = 5, Sampler = "ddim", Steps = 10 });
        Assert.Equal(2, images.Count);
        Assert.InRange(images.CreatedAt, DateTimeOffset.UtcNow.AddMinutes(-10), DateTimeOffset.UtcNow.AddMinutes(1));
        for (var i = 0; i < 2; i++)
        {
            using var image = SKBitmap.Decode(images[i].ImageBytes.ToArray());
            Assert.Equal((28, 28), (image.Width, image.Height));
            for (var pixel = 0; pixel < 784; pixel++)
            {
                var level = (Math.Clamp(expected[(i * 784) + pixel], -1, 1) + 1) / 2 * 255;
                Assert.InRange(image.GetPixel(pixel % 28, pixel / 28).Red, level - 1.6, level + 1.6);
            }
        }
    }

    [Fact]
    public async Task What_cannot_be_drawn_is_told_as_OpenAI_tells_it()
    {
        var size = new ImageGenerationOptions { Size = GeneratedImageSize.W1024xH1024 };

        var ofSize = await Assert.ThrowsAsync<ClientResultException>(() => _images.GenerateImageAsync("3", size, Token));
        var ofPrompt = await Assert.ThrowsAsync<ClientResultException>(() => _images.GenerateImageAsync("a cat", cancellationToken: Token));

        Assert.Equal((400, 400), (ofSize.Status, ofPrompt.Status));
        Assert.Contains("size must be 28x28", ofSize.Message, StringComparison.Ordinal);
        Assert.Contains("prompt must name one label", ofPrompt.Message, StringComparison.Ordinal);
    }

    // Fields that are not OpenAI's, so that it does not take long.
    private sealed class FewSteps : PipelinePolicy
    {
        public override void Process(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex) =>
            throw new NotSupportedException();

        public override async ValueTask ProcessAsync(
            PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
        {
            using var body = new MemoryStream();
            await message.Request.Content!.WriteToAsync(body, message.CancellationToken);
            var fields = JsonNode.Parse(body.ToArray())!.AsObject();
            (fields["sampler"], fields["steps"], fields["seed"]) = ("ddim", 10, 5);
            message.Request.Content = BinaryContent.Create(BinaryData.FromString(fields.ToJsonString()));
            await ProcessNextAsync(message, pipeline, currentIndex);
        }
    }
}
