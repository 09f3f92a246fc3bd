using System.Buffers.Text;
using System.Net;
using System.Text;
using Azure.Core;
using Azure.Identity;
using Garnet;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Silo;
using OrleansDiffusion.Tests;
using StackExchange.Redis;

namespace OrleansDiffusion.Deployment.Tests;

/// <summary>Connections to a Redis by tokens of Microsoft Entra, before a server that knows who signs in.</summary>
public sealed class EntraSignInTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_connection_is_of_whom_the_token_names_and_has_the_next_token_before_the_first_runs_out()
    {
        var folder = Directory.CreateTempSubdirectory("odiff-acl-");
        var users = Path.Combine(folder.FullName, "users.acl");
        await File.WriteAllLinesAsync(
            users, ["user default off", $"user one on >{TokenOf("one")} +@all", $"user two on >{TokenOf("two")} +@all"],
            TestContext.Current.CancellationToken);
        var port = LoopbackPorts.Free(1)[0];
        using var server = new GarnetServer(
            ["--bind", "127.0.0.1", "--port", $"{port}", "--auth", "ACL", "--acl-file", users, "-q", "--memory", "64m", "--page", "1m", "--index", "1m", "--disable-console-logger"]);
        server.Start();
        var credential = new Credential { User = "one" };
        var time = new ManualTime();
        var options = new ConfigurationOptions
        {
            EndPoints = { new IPEndPoint(IPAddress.Loopback, port) },
            Defaults = new EntraSignIn(credential, time),
        };

        await using var connection = await ConnectionMultiplexer.ConnectAsync(options);
        Assert.Equal("one", await WhoAmI(connection));

        credential.User = "two";
        await time.Armed(EntraSignIn.RenewalPeriod).WaitAsync(Deadline, TestContext.Current.CancellationToken);
        time.Advance(EntraSignIn.RenewalPeriod);
        await time.Armed(EntraSignIn.RenewalPeriod).WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.Equal("two", await WhoAmI(connection));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Who_cannot_sign_in_hears_that_the_redis_cannot_be_used()
    {
        var port = LoopbackPorts.Free(1)[0];
        using var server = new GarnetServer(
            ["--bind", "127.0.0.1", "--port", $"{port}", "-q", "--memory", "64m", "--page", "1m", "--index", "1m", "--disable-console-logger"]);
        server.Start();
        var options = new ConfigurationOptions
        {
            EndPoints = { new IPEndPoint(IPAddress.Loopback, port) },
            Defaults = new EntraSignIn(new Credential { User = null }, TimeProvider.System),
        };

        var error = await Assert.ThrowsAnyAsync<Exception>(() => ConnectionMultiplexer.ConnectAsync(options));

        var failure = RedisAddress.Parse("redis", "rediss://entra@cache.example:10000").FailureIn(error);
        Assert.StartsWith("no Redis can be used at rediss://cache.example:10000: ", failure?.Message, StringComparison.Ordinal);
        Assert.Contains("nobody is signed in", failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_asks_for_it_and_needs_tls()
    {
        var address = RedisAddress.Parse("redis", "rediss://entra@cache.westeurope.redis.azure.net:10000");

        Assert.Equal("rediss://cache.westeurope.redis.azure.net:10000", address.Name);
        Assert.True(address.Options().Ssl);
        Assert.IsType<EntraSignIn>(address.Options().Defaults);
        Assert.Throws<InvalidOptionException>(() => RedisAddress.Parse("redis", "redis://entra@localhost"));
        Assert.Throws<InvalidOptionException>(() => RedisAddress.Parse("redis", "rediss://somebody@localhost"));
    }

    [Fact]
    public async Task The_address_that_leads_to_a_redis_is_this_machines()
    {
        var local = await RedisAddress.Parse("redis", "redis://127.0.0.1:6379").LocalAddress(TestContext.Current.CancellationToken);

        Assert.Equal(IPAddress.Loopback, local);
        await Assert.ThrowsAsync<IOException>(() =>
            RedisAddress.Parse("redis", "redis://nobody.invalid:6379").LocalAddress(TestContext.Current.CancellationToken));
    }

    private static async Task<string> WhoAmI(ConnectionMultiplexer connection) =>
        $"{await connection.GetServers()[0].ExecuteAsync("ACL", "WHOAMI")}";

    // A token as Entra's are, as far as they are read.
    private static string TokenOf(string user) => $"e30.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"oid":"{{user}}"}"""))}.e30";

    private sealed class Credential : TokenCredential
    {
        public required string? User { get; set; }

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Assert.Equal(["https://redis.azure.com/.default"], requestContext.Scopes);
            return User is not null
                ? new AccessToken(TokenOf(User), DateTimeOffset.UtcNow.AddHours(1))
                : throw new CredentialUnavailableException("nobody is signed in");
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}
