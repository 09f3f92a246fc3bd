using System.ComponentModel;
using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrleansDiffusion.Client;
using OrleansDiffusion.Client.Images;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Gateway.Access;

namespace OrleansDiffusion.Gateway.Endpoints;

/// <summary><c>/v1/images/generations</c>, in the shape of OpenAI's.</summary>
internal static class ImageEndpoints
{
    /// <summary>Adds it.</summary>
    public static void MapImages(this IEndpointRouteBuilder api) => api
        .MapPost("/images/generations", Generate)
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .WithSummary("Draws images and waits for them, in the shape of OpenAI's API. The one number in 'prompt' is the label: "
            + "'3', 'a handwritten 3'; an empty prompt asks for any class.");

    private static async Task<ImageAnswer> Generate(
        ImageQuery query, ISamplingClient client, LimitCheck limits, TimeProvider time, HttpContext context, CancellationToken token)
    {
        if (query.ResponseFormat is not (null or "b64_json"))
            throw Refused("response_format", $"must be b64_json, was {query.ResponseFormat}");
        if (query.OutputFormat is not (null or "png"))
            throw Refused("output_format", $"must be png, was {query.OutputFormat}");
        if (query.N is < 1)
            throw Refused("n", $"must be positive, was {query.N}");
        var seed = query.Seed ?? (ulong)Random.Shared.NextInt64();
        var asked = new SamplingRequest
        {
            Model = query.Model, Count = query.N ?? 1, Seed = seed, Guidance = query.Guidance,
            Submitter = ApiKeyMiddleware.SubmitterOf(context, query.User),
        };
        if (query.Sampler is not null)
            asked = asked with { Sampler = query.Sampler };
        if (query.Steps is not null)
            asked = asked with { Steps = query.Steps };
        limits.Check(asked);

        var job = new ImageJob(client);
        var request = await job.RequestFor(asked, query.Prompt, SizeOf(query.Size), token);
        var images = await job.Draw(request, token)
            .Select(png => new ImageAnswer.Image(Convert.ToBase64String(png))).ToListAsync(token);
        return new ImageAnswer(time.GetUtcNow().ToUnixTimeSeconds(), images, seed);
    }

    private static (int Width, int Height)? SizeOf(string? size)
    {
        if (size is null or "auto")
            return null;
        return size.Split('x') is [var width, var height] && IsSide(width, out var across) && IsSide(height, out var down)
            ? (across, down)
            : throw Refused("size", $"must be auto, or WIDTHxHEIGHT, was {size}");
    }

    private static bool IsSide(string text, out int side) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out side);

    private static RequestRefusedException Refused(string option, string reason) => new(new Refusal(option, reason));

    /// <summary>What is asked for. Fields of OpenAI's that mean nothing here, such as quality, are passed over.</summary>
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
    internal sealed record ImageQuery
    {
        [Description("Name of a model, as GET /v1/models lists them.")]
        public required string Model { get; init; }

        [Description("The label of a class-conditional model, as the one number in it; empty for any class.")]
        public string? Prompt { get; init; }

        [Description("How many images; 1 if not given.")]
        public int? N { get; init; }

        [Description("WIDTHxHEIGHT, which must be the model's; auto if not given.")]
        public string? Size { get; init; }

        [Description("b64_json.")]
        [JsonPropertyName("response_format")]
        public string? ResponseFormat { get; init; }

        [Description("png.")]
        [JsonPropertyName("output_format")]
        public string? OutputFormat { get; init; }

        [Description("Who takes turns with others of the same priority, where callers have no keys.")]
        public string? User { get; init; }

        [Description("Not OpenAI's: the seed; another each time if not given.")]
        public ulong? Seed { get; init; }

        [Description("Not OpenAI's: the sampler; ddpm if not given.")]
        public string? Sampler { get; init; }

        [Description("Not OpenAI's: its steps; the model's if not given.")]
        public int? Steps { get; init; }

        [Description("Not OpenAI's: the scale of classifier-free guidance.")]
        public double? Guidance { get; init; }
    }

    /// <summary>The images.</summary>
    internal sealed record ImageAnswer(long Created, IReadOnlyList<ImageAnswer.Image> Data, ulong Seed)
    {
        /// <summary>An image: a PNG in base64.</summary>
        internal sealed record Image([property: JsonPropertyName("b64_json")] string Png);
    }
}
