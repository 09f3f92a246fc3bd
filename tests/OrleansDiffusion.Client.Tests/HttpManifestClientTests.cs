using System.Net;
using System.Text;
using OrleansDiffusion.Client.Http;
using OrleansDiffusion.Client.Manifests;
using OrleansDiffusion.Client.Tests.Fixtures;
using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Client.Tests;

public sealed class HttpManifestClientTests : ManifestClientContract, IDisposable
{
    private readonly GridFixture _grid;
    private readonly HttpClient _http;
    private readonly HttpSamplingClient _client;

    public HttpManifestClientTests(GridFixture grid)
    {
        _grid = grid;
        var options = new SamplingClientOptions { Gateway = grid.Gateway };
        _http = ClientHosting.Open(options);
        _client = new HttpSamplingClient(_http, SamplingCalls.Again(options));
    }

    private protected override IManifestClient Client => _client;

    private protected override ISamplingClient Jobs => _client;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task A_manifest_may_be_longer_than_other_bodies_and_has_a_limit_of_its_own()
    {
        await using var gateway = await _grid.Start(settings => settings with { MostBytes = 1000, MostManifestBytes = 100_000, Rate = 1000 });
        using var http = new HttpClient { BaseAddress = gateway.Address };
        var lines = string.Concat(Enumerable.Range(0, 1000).Select(i => $$"""{"seed":{{i}}}""" + "\n"));

        using var accepted = await Put(lines);
        using var refused = await Put(new string(' ', 100_001));
        using var noDefaults = await Put("{}", "[]");

        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, noDefaults.StatusCode);

        Task<HttpResponseMessage> Put(string text, string defaults = """{"model":"demo","steps":10,"count":1}""") => http.PutAsync(
            $"v1/manifests/{JobIds.New()}?defaults={Uri.EscapeDataString(defaults)}", new StringContent(text, Encoding.UTF8, "application/jsonl"), Token);
    }

    // Who could name others would have as many turns as names. A name that is longer than any may be tells whether it was used.
    [Theory]
    [InlineData(null, JobState.Failed)]
    [InlineData("the-key-of-this-test", JobState.Succeeded)]
    public async Task Callers_with_keys_take_turns_by_these_whatever_lines_say(string? key, JobState expected)
    {
        await using var gateway = await _grid.Start(settings => settings with { ApiKeys = key is null ? [] : [key] });
        var options = new SamplingClientOptions { Gateway = gateway.Address, ApiKey = key };
        using var http = ClientHosting.Open(options);
        var client = new HttpSamplingClient(http, SamplingCalls.Again(options));
        var (id, line) = (JobIds.New(), $$"""{"submitter":"{{new string('x', 201)}}"}""");

        await client.SubmitManifestAsync(id, ManifestId.TermsOf(Usual), () => Text(line), Token);

        Assert.Equal(expected, (await End(id)).State);
    }
}
