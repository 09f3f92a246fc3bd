using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using OrleansDiffusion.Client.Tests.Fixtures;

namespace OrleansDiffusion.Client.Tests;

/// <summary>What a gateway says of its API.</summary>
public sealed partial class ReferenceTests(GridFixture grid) : IDisposable
{
    private const string Key = "the-key-of-this-test";

    private readonly HttpClient _http = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task The_page_has_all_that_it_loads_and_may_load_nothing_from_elsewhere()
    {
        using var page = await _http.GetAsync(new Uri(grid.Gateway, "reference/"), Token);

        Assert.Equal((HttpStatusCode.OK, "text/html"), (page.StatusCode, page.Content.Headers.ContentType?.MediaType));
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.DoesNotContain("http", policy, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("*", policy, StringComparison.Ordinal);
        var html = await page.Content.ReadAsStringAsync(Token);
        Assert.Contains("openapi/v1.json", html, StringComparison.Ordinal);
        var scripts = Source().Matches(html).Select(match => match.Groups["url"].Value).ToList();
        Assert.NotEmpty(scripts);
        foreach (var script in scripts)
        {
            var url = new Uri(page.RequestMessage!.RequestUri!, script);
            Assert.Equal(grid.Gateway.Authority, url.Authority);
            using var loaded = await _http.GetAsync(url, Token);
            Assert.Equal(HttpStatusCode.OK, loaded.StatusCode);
        }
    }

    [Fact]
    public async Task The_page_and_the_document_need_a_key_where_the_api_does_and_the_document_says_so()
    {
        await using var gateway = await grid.Start(settings => settings with { ApiKeys = [Key] });
        foreach (var path in (string[])["reference/", "openapi/v1.json"])
        {
            using var refused = await _http.GetAsync(new Uri(gateway.Address, path), Token);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Address, "openapi/v1.json"));
        request.Headers.Authorization = new("Bearer", Key);
        using var answer = await _http.SendAsync(request, Token);
        var document = await answer.Content.ReadFromJsonAsync<JsonElement>(Token);

        var scheme = document.GetProperty("components").GetProperty("securitySchemes").GetProperty("bearer");
        Assert.Equal(("http", "bearer"), (scheme.GetProperty("type").GetString(), scheme.GetProperty("scheme").GetString()));
        Assert.Equal("bearer", document.GetProperty("security")[0].EnumerateObject().Single().Name);
        foreach (var operation in Operations(document))
            Assert.Contains("401", Responses(operation).Keys);
    }

    // What GatewayTests see of problems.
    [Fact]
    public async Task The_document_names_what_may_come_of_each_request()
    {
        var document = await _http.GetFromJsonAsync<JsonElement>(new Uri(grid.Gateway, "openapi/v1.json"), Token);

        Assert.False(document.TryGetProperty("security", out _));
        foreach (var operation in Operations(document))
        {
            var responses = Responses(operation);
            Assert.Contains("429", responses.Keys);
            Assert.Contains("503", responses.Keys);
            Assert.DoesNotContain("401", responses.Keys);
            Assert.All(responses.Where(response => response.Key[0] is '4' or '5'), response => Assert.Equal(
                "application/problem+json", response.Value.GetProperty("content").EnumerateObject().Single().Name));
        }

        AssertResponses(document, "post", "/v1/jobs", "202", "400");
        AssertResponses(document, "put", "/v1/jobs/{id}", "202", "400");
        AssertResponses(document, "get", "/v1/jobs", "200", "400");
        AssertResponses(document, "get", "/v1/jobs/{id}", "200", "404");
        AssertResponses(document, "delete", "/v1/jobs/{id}", "200", "404");
        AssertResponses(document, "get", "/v1/jobs/{id}/events", "200", "204", "404");
        AssertResponses(document, "get", "/v1/jobs/{id}/samples", "200", "400", "404", "409");
        AssertResponses(document, "post", "/v1/plan", "200", "400");
        AssertResponses(document, "post", "/v1/images/generations", "200", "400", "409");
        AssertResponses(document, "get", "/v1/models", "200");
        Assert.Equal("text/event-stream", ContentOf(document, "/v1/jobs/{id}/events"));
        Assert.Equal("application/octet-stream", ContentOf(document, "/v1/jobs/{id}/samples"));
    }

    private static void AssertResponses(JsonElement document, string method, string path, params string[] codes) => Assert.Equal(
        codes.Concat(["429", "503"]).Order(StringComparer.Ordinal),
        Responses(document.GetProperty("paths").GetProperty(path).GetProperty(method)).Keys.Order(StringComparer.Ordinal));

    private static string ContentOf(JsonElement document, string path) =>
        Responses(document.GetProperty("paths").GetProperty(path).GetProperty("get"))["200"]
            .GetProperty("content").EnumerateObject().Single().Name;

    private static IEnumerable<JsonElement> Operations(JsonElement document) => document.GetProperty("paths").EnumerateObject()
        .SelectMany(path => path.Value.EnumerateObject()).Select(operation => operation.Value);

    private static Dictionary<string, JsonElement> Responses(JsonElement operation) =>
        operation.GetProperty("responses").EnumerateObject().ToDictionary(response => response.Name, response => response.Value);

    [GeneratedRegex("""(src|href)="(?<url>[^"]+)"|from '(?<url>[^']+)'""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Source();
}
