using System.Runtime.CompilerServices;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Output;

namespace OrleansDiffusion.Client.Images;

/// <summary>Images by what a model's description of them is: asks a job for them, and waits for it.</summary>
/// <param name="client">Reaches jobs.</param>
public sealed class ImageJob(ISamplingClient client)
{
    private static readonly TimeSpan LongestCancel = TimeSpan.FromSeconds(10);

    /// <summary>The content type of an image.</summary>
    public const string ContentType = "image/png";

    /// <summary>The request for images of a prompt.</summary>
    /// <param name="request">The rest of it; its labels are not used.</param>
    /// <param name="prompt">
    /// The label of a class-conditional model, as the one number in it: <c>3</c>, <c>a handwritten 3</c>. Empty for any class.
    /// </param>
    /// <param name="size">Width and height in pixels, which must be the model's; null for those.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="RequestRefusedException">The model draws no such images; it says why.</exception>
    public async Task<SamplingRequest> RequestFor(
        SamplingRequest request, string? prompt, (int Width, int Height)? size, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var models = await client.GetModelsAsync(cancellationToken);
        var model = models.FirstOrDefault(model => model.Name == request.Model)
            ?? throw Refused("model", $"must be one of {string.Join(", ", models.Select(model => model.Name))}, was {request.Model}");
        var image = ImageShape.Of(model.Shape)
            ?? throw Refused("model", $"must draw images, {model.Name} draws [{string.Join(", ", model.Shape)}]");
        if (size is var (width, height) && (width, height) != (image.Width, image.Height))
            throw Refused("size", $"must be {image.Width}x{image.Height} for {model.Name}, was {width}x{height}");
        return request with { Labels = [.. PromptLabel.Read(prompt, model)] };
    }

    /// <summary>Draws the images, each as a PNG, in their order. A reader who leaves before the end cancels the job.</summary>
    /// <param name="request">What <see cref="RequestFor"/> returned.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="RequestRefusedException">The request cannot be run; it says why.</exception>
    /// <exception cref="JobFailedException">The job failed or was cancelled.</exception>
    public async IAsyncEnumerable<byte[]> Draw(
        SamplingRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var jobId = JobIds.New();
        var isOver = false;
        try
        {
            await client.SubmitAsync(jobId, request, cancellationToken);
            await foreach (var sample in client.SamplesAsync(jobId, cancellationToken: cancellationToken))
                yield return PngOf(sample);
            isOver = true;
        }
        finally
        {
            if (!isOver)
                await Cancel(jobId);
        }
    }

    private async Task Cancel(string jobId)
    {
        try
        {
            using var longest = new CancellationTokenSource(LongestCancel);
            await client.CancelAsync(jobId, longest.Token);
        }
        catch (Exception e) when (e is SamplingClientException or OperationCanceledException)
        {
            // What ended it before is what the caller is told.
        }
    }

    private static byte[] PngOf(Sample sample)
    {
        using var png = new MemoryStream();
        SampleImage.WritePng(png, sample.Values.Span, ImageShape.Of(sample.Shape)!);
        return png.ToArray();
    }

    private static RequestRefusedException Refused(string option, string reason) => new(new Refusal(option, reason));
}
