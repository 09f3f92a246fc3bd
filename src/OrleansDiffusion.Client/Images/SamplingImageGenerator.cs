using Microsoft.Extensions.AI;
using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Client.Images;

/// <summary>
/// Draws images for whatever uses <see cref="IImageGenerator"/>. A prompt names the label of a class-conditional model, as
/// the one number in it: <c>3</c>, <c>a handwritten 3</c>; an empty one asks for any class.
/// </summary>
/// <param name="client">Reaches jobs; it is the caller's to dispose.</param>
/// <param name="usual">
/// What is asked for beside the prompt; the options' count (default 1) and model replace its own. Where its seed is 0, every
/// call has another.
/// </param>
public sealed class SamplingImageGenerator(ISamplingClient client, SamplingRequest usual) : IImageGenerator
{
    private readonly ImageJob _job = new(client);

    /// <inheritdoc/>
    /// <exception cref="RequestRefusedException">The model draws no such images; it says why.</exception>
    /// <exception cref="NotSupportedException">An option asks for what is not done: another format, or changes to an image.</exception>
    /// <exception cref="JobFailedException">The job failed or was cancelled.</exception>
    public async Task<ImageGenerationResponse> GenerateAsync(
        ImageGenerationRequest request, ImageGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.OriginalImages?.Any() == true)
            throw new NotSupportedException("images are drawn from their prompt alone, not from other images");
        if (options?.MediaType is { } type && type != ImageJob.ContentType)
            throw new NotSupportedException($"images are {ImageJob.ContentType}, not {type}");
        if (options?.ResponseFormat is { } format && format != ImageGenerationResponseFormat.Data)
            throw new NotSupportedException($"images are returned as data, not as {format}");

        var asked = usual with
        {
            Model = options?.ModelId ?? usual.Model,
            Count = options?.Count ?? 1,
            Seed = usual.Seed == 0 ? (ulong)Random.Shared.NextInt64() : usual.Seed,
        };
        var size = options?.ImageSize is { } given ? (given.Width, given.Height) : ((int, int)?)null;
        var planned = await _job.RequestFor(asked, request.Prompt, size, cancellationToken);
        var images = new List<AIContent>();
        await foreach (var png in _job.Draw(planned, cancellationToken))
            images.Add(new DataContent(png, ImageJob.ContentType));
        return new ImageGenerationResponse(images);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(client) ? client
            : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing here is its own.
    }
}
