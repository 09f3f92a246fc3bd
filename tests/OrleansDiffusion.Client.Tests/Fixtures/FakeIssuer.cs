using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace OrleansDiffusion.Client.Tests.Fixtures;

/// <summary>An OpenID Connect issuer on loopback, whose tokens are made here by hand.</summary>
internal sealed class FakeIssuer : IAsyncDisposable
{
    private const string KeyId = "key-1";

    private readonly WebApplication _app;
    private readonly RSA _key = RSA.Create(2048);

    private FakeIssuer(int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        _app = builder.Build();
        _app.Run(context => context.Response.WriteAsync(
            JsonSerializer.Serialize(context.Request.Path == "/keys" ? Keys() : Discovery()), context.RequestAborted));
    }

    public Uri Address => new(_app.Urls.First());

    /// <summary>What signs tokens.</summary>
    public RSA Key => _key;

    /// <summary>What a token says that holds for an hour.</summary>
    public Dictionary<string, object> Claims(string audience) => new()
    {
        ["iss"] = Issuer, ["aud"] = audience, ["sub"] = "somebody",
        ["exp"] = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds(),
    };

    private string Issuer => Address.GetLeftPart(UriPartial.Authority);

    public static async Task<FakeIssuer> Start(int port = 0)
    {
        var issuer = new FakeIssuer(port);
        await issuer._app.StartAsync(TestContext.Current.CancellationToken);
        return issuer;
    }

    /// <summary>A token that is signed by RS256, whatever its header says.</summary>
    public static string Token(Dictionary<string, object> claims, RSA key, string algorithm = "RS256") =>
        Signed(claims, algorithm, bytes => key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    /// <summary>A token.</summary>
    public static string Signed(Dictionary<string, object> claims, string algorithm, Func<byte[], byte[]> sign)
    {
        var text = Encoded(new Dictionary<string, object> { ["alg"] = algorithm, ["typ"] = "JWT", ["kid"] = KeyId }) + "." + Encoded(claims);
        return text + "." + Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(text)));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _key.Dispose();
    }

    private static string Encoded(Dictionary<string, object> part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));

    private Dictionary<string, object> Discovery() => new() { ["issuer"] = Issuer, ["jwks_uri"] = Issuer + "/keys" };

    private Dictionary<string, object> Keys()
    {
        var key = _key.ExportParameters(includePrivateParameters: false);
        return new()
        {
            ["keys"] = new[]
            {
                new Dictionary<string, object>
                {
                    ["kty"] = "RSA", ["use"] = "sig", ["kid"] = KeyId, ["n"] = Base64Url.EncodeToString(key.Modulus),
                    ["e"] = Base64Url.EncodeToString(key.Exponent),
                },
            },
        };
    }
}
