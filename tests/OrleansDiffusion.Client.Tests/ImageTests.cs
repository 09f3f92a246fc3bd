using System.Drawing;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OrleansDiffusion.Client.Cluster;
using OrleansDiffusion.Client.Images;
using OrleansDiffusion.Client.Tests.Fixtures;
using OrleansDiffusion.Contracts.Jobs;
using SkiaSharp;

namespace OrleansDiffusion.Client.Tests;

/// <summary>Images by their prompt: over HTTP as OpenAI's clients ask for them, and as .NET does.</summary>
public sealed class ImageTests(GridFixture grid) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = grid.Gateway };
    private readonly ClusterSamplingClient _client = new(grid.Grains, SamplingCalls.Again(new SamplingClientOptions()));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Images_of_a_prompt_are_the_samples_of_its_label()
    {
        var before = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

        using var response = await Post(new
        {
            model = "digits", prompt = "a handwritten 3", n = 2, size = "28x28", response_format = "b64_json",
            quality = "standard", user = "somebody", seed = 5, sampler = "ddim", steps = 10,
        });

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(Token);
        Assert.InRange(answer.GetProperty("created").GetInt64(), before, DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        var images = answer.GetProperty("data").EnumerateArray().Select(image => image.GetProperty("b64_json").GetBytesFromBase64()).ToList();
        var expected = GridFixture.Sequential(new SamplingRequest
        {
            Model = "digits", Labels = [3], Count = 2, Seed = 5, Sampler = "ddim", Steps = 10,
        });
        Assert.Equal(2, images.Count);
        for (var i = 0; i < 2; i++)
            IsImage(images[i], expected.AsSpan(i * 784, 784));
    }

    [Fact]
    public async Task Without_a_seed_every_call_draws_others_and_says_which()
    {
        var seeds = new List<ulong>();
        for (var i = 0; i < 2; i++)
        {
            using var response = await Post(new { model = "digits", prompt = "", sampler = "ddim", steps = 2 });
            seeds.Add((await response.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("seed").GetUInt64());
        }

        Assert.NotEqual(seeds[0], seeds[1]);
    }

    public static TheoryData<string, string> Unusable() => new()
    {
        { "prompt", """{"model":"digits","prompt":"a cat"}""" },
        { "prompt", """{"model":"digits","prompt":"10"}""" },
        { "prompt", """{"model":"digits","prompt":"3 or 4"}""" },
        { "prompt", """{"model":"digits","prompt":"-3"}""" },
        { "prompt", """{"model":"digits","prompt":"3.5"}""" },
        { "prompt", """{"model":"digits","prompt":"99999999999999999999"}""" },
        { "size", """{"model":"digits","prompt":"3","size":"1024x1024"}""" },
        { "size", """{"model":"digits","prompt":"3","size":"large"}""" },
        { "n", """{"model":"digits","prompt":"3","n":0}""" },
        { "count", """{"model":"digits","prompt":"3","n":1000000}""" },
        { "response_format", """{"model":"digits","prompt":"3","response_format":"url"}""" },
        { "output_format", """{"model":"digits","prompt":"3","output_format":"webp"}""" },
        { "steps", """{"model":"digits","prompt":"3","steps":0}""" },
        { "model", """{"model":"demo","prompt":""}""" },
        { "model", """{"model":"dall-e-3","prompt":"3"}""" },
        { "model", """{"model":"../digits","prompt":"3"}""" },
    };

    [Theory]
    [MemberData(nameof(Unusable))]
    public async Task What_the_model_cannot_follow_is_refused_where_clients_of_OpenAI_look(string option, string body)
    {
        using var response = await _http.PostAsync(
            "v1/images/generations", new StringContent(body, System.Text.Encoding.UTF8, "application/json"), Token);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("error");
        Assert.Equal((option, "invalid_request_error"), (error.GetProperty("param").GetString(), error.GetProperty("type").GetString()));
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
    }

    [Fact]
    public async Task An_image_generator_draws_the_same()
    {
        var usual = new SamplingRequest { Model = "digits", Sampler = "ddim", Steps = 10, Seed = 5 };
        using var generator = new SamplingImageGenerator(_client, usual);

        var response = await ((IImageGenerator)generator).GenerateAsync(
            new ImageGenerationRequest("7"), new ImageGenerationOptions { Count = 2, ImageSize = new Size(28, 28) }, Token);

        var expected = GridFixture.Sequential(usual with { Labels = [7], Count = 2 });
        var images = response.Contents.Cast<DataContent>().ToList();
        Assert.Equal(2, images.Count);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("image/png", images[i].MediaType);
            IsImage(images[i].Data.ToArray(), expected.AsSpan(i * 784, 784));
        }

        Assert.Same(_client, generator.GetService(typeof(ISamplingClient)));
    }

    [Fact]
    public async Task An_image_generator_says_what_it_does_not_do()
    {
        using var generator = new SamplingImageGenerator(_client, new SamplingRequest { Model = "digits" });

        await Refused(new ImageGenerationRequest("3", [new DataContent("data:image/png;base64,AA==")]), options: null);
        await Refused(new ImageGenerationRequest("3"), new ImageGenerationOptions { MediaType = "image/webp" });
        await Refused(new ImageGenerationRequest("3"), new ImageGenerationOptions { ResponseFormat = ImageGenerationResponseFormat.Uri });
        await Assert.ThrowsAsync<RequestRefusedException>(() => generator.GenerateAsync(
            new ImageGenerationRequest("3"), new ImageGenerationOptions { ImageSize = new Size(512, 512) }, Token));

        Task Refused(ImageGenerationRequest request, ImageGenerationOptions? options) =>
            Assert.ThrowsAsync<NotSupportedException>(() => generator.GenerateAsync(request, options, Token));
    }

    [Fact]
    public async Task A_job_whose_reader_leaves_is_cancelled()
    {
        var job = new ImageJob(_client);
        var request = await job.RequestFor(
            new SamplingRequest { Model = "digits", Sampler = "ddim", Steps = 5, Count = 501, Batch = 1, Seed = 77 }, "1", size: null, Token);

        await foreach (var _ in job.Draw(request, Token))
            break;

        var left = await _client.ListAsync(Token).FirstAsync(job => job.Count == 501 && job.Model == "digits", Token);
        Assert.Equal(JobState.Cancelled, left.State);
    }

    // Within one level of grey: samples are within the tolerance of the sequential sampler's.
    private static void IsImage(byte[] png, ReadOnlySpan<float> sample)
    {
        using var image = SKBitmap.Decode(png);
        Assert.Equal((28, 28), (image.Width, image.Height));
        for (var i = 0; i < sample.Length; i++)
        {
            var level = (Math.Clamp(sample[i], -1, 1) + 1) / 2 * 255;
            Assert.InRange(image.GetPixel(i % 28, i / 28).Red, level - 1.6, level + 1.6);
        }
    }

    private Task<HttpResponseMessage> Post(object body) => _http.PostAsJsonAsync("v1/images/generations", body, Token);
}
