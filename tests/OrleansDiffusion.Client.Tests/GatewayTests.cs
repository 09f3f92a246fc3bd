using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using OrleansDiffusion.Client.Cluster;
using OrleansDiffusion.Client.Tests.Fixtures;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Gateway;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Client.Tests;

/// <summary>What a gateway answers to any HTTP client.</summary>
public sealed class GatewayTests(GridFixture grid) : IDisposable
{
    private const string Usual = """{"model":"demo","count":3,"batch":2,"steps":30,"seed":"7"}""";

    private readonly HttpClient _http = new() { BaseAddress = grid.Gateway };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    public static TheoryData<string, string[]> Unusable() => new()
    {
        { "", ["body"] },
        { "{", ["no request"] },
        { "[]", ["no request"] },
        { "{}", ["model"] },
        { """{"model":"demo","cuont":3}""", ["cuont"] },
        { """{"model":"demo","count":"many"}""", ["count"] },
        { """{"model":"demo","count":1e99}""", ["count"] },
        { """{"model":"demo","sampler":null}""", ["sampler"] },
        { """{"model":"demo","labels":null}""", ["labels"] },
        { """{"model":"demo","count":0}""", ["count", "positive", "0"] },
        { """{"model":"demo","count":10001}""", ["count", "at most 10000", "10001"] },
        { """{"model":"demo","steps":2147483647}""", ["steps", "at most 10000"] },
        { """{"model":"demo","sampler":"piadm-sde","step":1e-9}""", ["step", "10000 steps"] },
        { """{"model":"demo","blockSteps":0}""", ["block-steps"] },
        { """{"model":"no-such-model"}""", ["no-such-model"] },
        { """{"model":"/etc/passwd"}""", ["model", "the name of a model"] },
        { """{"model":"../../secret.json"}""", ["model", "the name of a model"] },
        { """{"model":"..\\secret.json"}""", ["model", "the name of a model"] },
        { """{"model":".."}""", ["model", "the name of a model"] },
        { """{"model":""}""", ["model", "the name of a model"] },
    };

    [Theory]
    [MemberData(nameof(Unusable))]
    public async Task A_request_that_cannot_be_used_is_a_problem_that_says_why(string body, string[] words)
    {
        using var response = await _http.PostAsync("v1/jobs", Json(body), Token);

        var problem = await Problem(response, HttpStatusCode.BadRequest);
        var detail = problem.GetProperty("detail").GetString()!;
        Assert.All(words, word => Assert.Contains(word, detail, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain('\n', detail);
        Assert.DoesNotContain("System.", $"{problem}", StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", $"{problem}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_option_at_fault_is_named_as_on_the_command_line()
    {
        using var response = await _http.PostAsync("v1/plan", Json("""{"model":"demo","blockSteps":0}"""), Token);

        var problem = await Problem(response, HttpStatusCode.BadRequest);
        Assert.Equal("block-steps", problem.GetProperty("option").GetString());
    }

    [Fact]
    public async Task A_body_that_is_too_large_or_no_json_is_not_read()
    {
        using var large = await _http.PostAsync("v1/jobs", Json($$"""{"model":"{{new string('a', 70_000)}}"}"""), Token);
        await Problem(large, HttpStatusCode.RequestEntityTooLarge);

        using var form = await _http.PostAsync("v1/jobs", new StringContent("model=demo"), Token);
        await Problem(form, HttpStatusCode.UnsupportedMediaType);
    }

    [Theory]
    [InlineData("GET", "v1/jobs/none", HttpStatusCode.NotFound)]
    [InlineData("GET", "v1/jobs/none/events", HttpStatusCode.NotFound)]
    [InlineData("GET", "v1/jobs/none/samples", HttpStatusCode.NotFound)]
    [InlineData("GET", "v1/jobs/none/sweeps", HttpStatusCode.NotFound)]
    [InlineData("GET", "v1/jobs/none/preview", HttpStatusCode.NotFound)]
    [InlineData("GET", "page/nothing.js", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "v1/jobs/none", HttpStatusCode.NotFound)]
    [InlineData("GET", "v1/jobs/..%2F..%2Fetc", HttpStatusCode.NotFound)]
    [InlineData("GET", "v1/nothing", HttpStatusCode.NotFound)]
    [InlineData("PATCH", "v1/jobs/none", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "v1/jobs?most=0", HttpStatusCode.BadRequest)]
    [InlineData("GET", "v1/jobs?most=1001", HttpStatusCode.BadRequest)]
    [InlineData("GET", "v1/jobs?most=many", HttpStatusCode.BadRequest)]
    public async Task What_there_is_not_is_a_problem(string method, string path, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await _http.SendAsync(request, Token);

        await Problem(response, status);
    }

    [Fact]
    public async Task A_job_is_accepted_and_its_samples_are_a_numpy_array()
    {
        using var accepted = await _http.PostAsync("v1/jobs", Json(Usual), Token);
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        var job = await accepted.Content.ReadFromJsonAsync<JsonElement>(Token);
        Assert.Equal($"/v1/jobs/{job.GetProperty("jobId").GetString()}", accepted.Headers.Location?.ToString());

        var npy = await _http.GetByteArrayAsync($"{accepted.Headers.Location}/samples", Token); // waits for them
        var part = await _http.GetByteArrayAsync($"{accepted.Headers.Location}/samples?first=1&count=1", Token);

        Assert.Equal([0x93, .. "NUMPY"u8, 1, 0], npy[..8]);
        Assert.Contains("'descr': '<f4', 'fortran_order': False, 'shape': (3, 2)", Encoding.ASCII.GetString(npy, 0, 128), StringComparison.Ordinal);
        var client = new ClusterSamplingClient(grid.Grains, Polly.ResiliencePipeline.Empty);
        var samples = await client.SamplesAsync(job.GetProperty("jobId").GetString()!, cancellationToken: Token).ToListAsync(Token);
        Assert.Equal(samples.SelectMany(sample => sample.Values.ToArray()), Floats(npy[128..]));
        Assert.Equal(samples[1].Values.ToArray(), Floats(part[128..]));
        Assert.Contains("'shape': (1, 2)", Encoding.ASCII.GetString(part, 0, 128), StringComparison.Ordinal);
        foreach (var (query, option) in new[] { ("first=4", "first"), ("first=-1", "first"), ("first=2&count=2", "count") })
        {
            using var response = await _http.GetAsync($"{accepted.Headers.Location}/samples?{query}", Token);
            Assert.Equal(option, (await Problem(response, HttpStatusCode.BadRequest)).GetProperty("option").GetString());
        }
    }

    [Fact]
    public async Task Samples_of_a_job_that_was_cancelled_are_a_problem()
    {
        using var accepted = await _http.PostAsync(
            "v1/jobs", Json("""{"model":"demo","count":5000,"batch":2,"steps":1000}"""), Token);
        using var cancelled = await _http.DeleteAsync(accepted.Headers.Location, Token);
        Assert.Equal("cancelled", (await cancelled.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("state").GetString());

        using var samples = await _http.GetAsync($"{accepted.Headers.Location}/samples", Token);

        var problem = await Problem(samples, HttpStatusCode.Conflict);
        Assert.Contains("was cancelled", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_are_server_sent_with_ids_and_end_with_the_job()
    {
        using var accepted = await _http.PostAsync("v1/jobs", Json(Usual), Token);
        var location = accepted.Headers.Location;

        using var response = await _http.GetAsync($"{location}/events", HttpCompletionOption.ResponseHeadersRead, Token);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var events = (await response.Content.ReadAsStringAsync(Token)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);

        Assert.StartsWith("event: ping\n", events[0], StringComparison.Ordinal);
        var end = Assert.Single(events, item => item.StartsWith("event: end\n", StringComparison.Ordinal));
        Assert.Equal(events[^1], end);
        Assert.Contains("\"state\":\"succeeded\"", end, StringComparison.Ordinal);
        Assert.EndsWith("\nid: end", end, StringComparison.Ordinal);

        using var again = new HttpRequestMessage(HttpMethod.Get, $"{location}/events") { Headers = { { "Last-Event-ID", "end" } } };
        using var nothing = await _http.SendAsync(again, Token);
        Assert.Equal(HttpStatusCode.NoContent, nothing.StatusCode); // tells a browser not to come back
    }

    [Fact]
    public async Task Without_a_known_key_nothing_but_its_health_is_told()
    {
        const string Key = "the-key-of-this-test";
        await using var gateway = await grid.Start(settings => settings with { ApiKeys = [Key] });
        foreach (var authorization in new[] { null, "Bearer", "Bearer " + Key + "x", "Bearer " + Key[..^1], "Basic " + Key, Key })
        {
            foreach (var path in new[] { "v1/jobs", "v1/models", "v1/silos", "openapi/v1.json", "v1/nothing", "page/nothing.js" })
            {
                using var response = await Get(path, authorization);
                await Problem(response, HttpStatusCode.Unauthorized);
                Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
            }
        }

        using var known = await Get("v1/jobs", "Bearer " + Key);
        Assert.Equal(HttpStatusCode.OK, known.StatusCode);
        using var health = await Get("health/live", authorization: null);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);

        async Task<HttpResponseMessage> Get(string path, string? authorization)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Address, path));
            if (authorization is not null)
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
            return await _http.SendAsync(request, Token);
        }
    }

    [Fact]
    public async Task A_caller_beyond_the_rate_is_told_when_to_come_back()
    {
        await using var gateway = await grid.Start(settings => settings with { Rate = 1 });
        using var http = new HttpClient { BaseAddress = gateway.Address };

        var responses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => http.GetAsync("v1/jobs?most=1", Token)));

        Assert.Contains(responses, response => response.StatusCode == HttpStatusCode.OK);
        var refused = responses.First(response => response.StatusCode != HttpStatusCode.OK);
        await Problem(refused, HttpStatusCode.TooManyRequests);
        Assert.Equal(new RetryConditionHeaderValue(TimeSpan.FromSeconds(1)), refused.Headers.RetryAfter);
    }

    [Fact]
    public async Task A_client_that_never_finishes_its_request_is_left_and_holds_nobody_up()
    {
        using var slow = new TcpClient();
        await slow.ConnectAsync(grid.Gateway.Host, grid.Gateway.Port, Token);
        var stream = slow.GetStream();
        await stream.WriteAsync("GET /v1/jobs HTTP/1.1\r\nHost: here\r\nX-"u8.ToArray(), Token);

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Token);
        deadline.CancelAfter(TimeSpan.FromMinutes(1));
        await Eventually.Becomes(Ready, status => status == HttpStatusCode.OK); // a busy grid is not

        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync(deadline.Token); // until the gateway closes
        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);

        async Task<HttpStatusCode> Ready()
        {
            using var response = await _http.GetAsync("health/ready", Token);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task The_api_is_described()
    {
        var document = await _http.GetFromJsonAsync<JsonElement>("openapi/v1.json", Token);

        Assert.Equal(
            [
                "/v1/images/generations", "/v1/jobs", "/v1/jobs/{id}", "/v1/jobs/{id}/events", "/v1/jobs/{id}/preview",
                "/v1/jobs/{id}/samples", "/v1/jobs/{id}/sweeps", "/v1/manifests/{id}", "/v1/manifests/{id}/results", "/v1/models",
                "/v1/plan", "/v1/silos",
            ],
            document.GetProperty("paths").EnumerateObject().Select(path => path.Name).Order(StringComparer.Ordinal));
        var request = document.GetProperty("components").GetProperty("schemas").GetProperty(nameof(SamplingRequest));
        Assert.Contains(request.GetProperty("properties").EnumerateObject(), field => field.Name == "pointsPerNode");
    }

    [Theory]
    [InlineData("0.0.0.0", "", "listen")]
    [InlineData("192.0.2.1", "", "listen")]
    [InlineData("::", "", "listen")]
    [InlineData("127.0.0.1", "short", "api-keys")]
    [InlineData("127.0.0.1", "a key with blanks in it", "api-keys")]
    [InlineData("0.0.0.0", "", "authority", "http://example.com", "api")]
    [InlineData("0.0.0.0", "", "authority", "https://example.com/?tenant=all", "api")]
    [InlineData("0.0.0.0", "", "audience", "https://example.com", " ")]
    [InlineData("0.0.0.0", "", "authority", null, "api")]
    public async Task Settings_that_would_open_it_to_all_are_refused(
        string address, string key, string option, string? authority = null, string? audience = null)
    {
        var settings = new GatewaySettings
        {
            Listen = new IPEndPoint(IPAddress.Parse(address), 0), ApiKeys = key.Length > 0 ? [key] : [],
            Authority = authority is null ? null : new Uri(authority), Audience = audience,
        };

        Assert.Equal(option, settings.Mistake()?.Option);
        await Assert.ThrowsAsync<ArgumentException>(() => RunningGateway.Start(settings, _ => { }, cancellationToken: Token));
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static float[] Floats(byte[] bytes) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes).ToArray();

    private static async Task<JsonElement> Problem(HttpResponseMessage response, HttpStatusCode status)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Token);
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.False(problem.TryGetProperty("exception", out _));
        return problem;
    }
}
