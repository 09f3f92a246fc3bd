using System.Net;
using System.Security.Cryptography;
using OrleansDiffusion.Client.Tests.Fixtures;
using OrleansDiffusion.Gateway;
using OrleansDiffusion.Silo;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Client.Tests;

/// <summary>Access tokens of an OpenID Connect issuer, at a gateway.</summary>
public sealed class BearerTokenTests(GridFixture grid) : IAsyncLifetime
{
    private const string Audience = "api://odiff";
    private const string Key = "the-key-of-this-test";

    private readonly HttpClient _http = new();
    private FakeIssuer _issuer = null!;
    private RunningGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await FakeIssuer.Start();
        _gateway = await StartGateway(_issuer.Address);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _issuer.DisposeAsync();
        _http.Dispose();
    }

    [Fact]
    public async Task A_token_of_the_issuer_for_this_api_is_taken_and_so_is_a_key()
    {
        Assert.Equal(HttpStatusCode.OK, await Ask(_gateway, FakeIssuer.Token(_issuer.Claims(Audience), _issuer.Key)));
        Assert.Equal(HttpStatusCode.OK, await Ask(_gateway, Key));
        Assert.Equal(HttpStatusCode.Unauthorized, await Ask(_gateway, Key + "x"));
        Assert.Equal(HttpStatusCode.Unauthorized, await Ask(_gateway, token: null));
        using var health = await _http.GetAsync(new Uri(_gateway.Address, "health/live"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public async Task A_token_that_does_not_hold_is_refused()
    {
        using var other = RSA.Create(2048);
        var claims = _issuer.Claims(Audience);
        var past = DateTimeOffset.UtcNow.AddMinutes(-10).ToUnixTimeSeconds();
        var future = DateTimeOffset.UtcNow.AddMinutes(10).ToUnixTimeSeconds();
        var good = FakeIssuer.Token(claims, _issuer.Key);
        var parts = good.Split('.');
        var forged = FakeIssuer.Token(_issuer.Claims("api://other"), _issuer.Key).Split('.');
        var tokens = new Dictionary<string, string>
        {
            ["expired"] = FakeIssuer.Token(new(claims) { ["exp"] = past }, _issuer.Key),
            ["not yet"] = FakeIssuer.Token(new(claims) { ["nbf"] = future }, _issuer.Key),
            ["for ever"] = FakeIssuer.Token(Without(claims, "exp"), _issuer.Key),
            ["other audience"] = FakeIssuer.Token(_issuer.Claims("api://other"), _issuer.Key),
            ["no audience"] = FakeIssuer.Token(Without(claims, "aud"), _issuer.Key),
            ["other issuer"] = FakeIssuer.Token(new(claims) { ["iss"] = "https://example.com" }, _issuer.Key),
            ["other key"] = FakeIssuer.Token(claims, other),
            ["alg none"] = FakeIssuer.Signed(claims, "none", _ => []),
            ["alg none, signed"] = FakeIssuer.Token(claims, _issuer.Key, "none"),
            ["public key as a secret"] = FakeIssuer.Signed(
                claims, "HS256", bytes => HMACSHA256.HashData(_issuer.Key.ExportSubjectPublicKeyInfo(), bytes)),
            ["unsigned"] = $"{parts[0]}.{parts[1]}.",
            ["signature of another"] = $"{parts[0]}.{parts[1]}.{forged[2]}",
            ["two parts"] = $"{parts[0]}.{parts[1]}",
            ["no token"] = "a.b.c",
        };

        foreach (var (name, token) in tokens)
            Assert.Equal((name, HttpStatusCode.Unauthorized), (name, await Ask(_gateway, token)));
        Assert.Equal(HttpStatusCode.OK, await Ask(_gateway, good));
    }

    [Fact]
    public async Task An_issuer_that_is_away_is_no_mistake_of_the_caller_and_is_asked_again()
    {
        var port = LoopbackPorts.Free(1)[0];
        await using var gateway = await StartGateway(new Uri($"http://127.0.0.1:{port}"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await Ask(gateway, "a.b.c"));
        Assert.Equal(HttpStatusCode.OK, await Ask(gateway, Key));

        await using var issuer = await FakeIssuer.Start(port);
        var token = FakeIssuer.Token(issuer.Claims(Audience), issuer.Key);
        await Eventually.Becomes(() => Ask(gateway, token), answer => answer == HttpStatusCode.OK);
    }

    private Task<RunningGateway> StartGateway(Uri authority) => grid.Start(settings => settings with
    {
        ApiKeys = [Key], Authority = authority, Audience = Audience,
    });

    private static Dictionary<string, object> Without(Dictionary<string, object> claims, string name) =>
        claims.Where(claim => claim.Key != name).ToDictionary();

    private async Task<HttpStatusCode> Ask(RunningGateway gateway, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Address, "v1/jobs?most=1"));
        if (token is not null)
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        if (!response.IsSuccessStatusCode)
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return response.StatusCode;
    }
}
