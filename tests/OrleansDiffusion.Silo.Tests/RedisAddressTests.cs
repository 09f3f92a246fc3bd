using System.Net;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Silo.Tests;

public sealed class RedisAddressTests
{
    [Theory]
    [InlineData("redis://localhost", "redis://localhost:6379", false, null, null)]
    [InlineData("redis://127.0.0.1:7000/", "redis://127.0.0.1:7000", false, null, null)]
    [InlineData("redis://[::1]:7000", "redis://[::1]:7000", false, null, null)]
    [InlineData("rediss://:p%40ss:word@cache.example:10000", "rediss://cache.example:10000", true, null, "p@ss:word")]
    [InlineData("redis://me:secret@cache.example:1", "redis://cache.example:1", false, "me", "secret")]
    public void It_is_read_from_a_url(string url, string name, bool isTls, string? user, string? password)
    {
        var address = RedisAddress.Parse("redis", url);
        var options = address.Options();

        Assert.Equal((name, name), (address.Name, address.ToString()));
        Assert.Equal((isTls, user, password), (options.Ssl, options.User, options.Password));
        Assert.Equal(new Uri(name).Port, Assert.Single(options.EndPoints) switch
        {
            IPEndPoint { Port: var port } => port,
            DnsEndPoint { Port: var port } => port,
            _ => 0,
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData("localhost:6379")]
    [InlineData("http://localhost:6379")]
    [InlineData("redis:localhost")]
    [InlineData("redis://")]
    [InlineData("redis://localhost:0")]
    [InlineData("redis://localhost:70000")]
    [InlineData("redis://localhost/1")]
    [InlineData("redis://localhost?ssl=true")]
    [InlineData("redis://user@localhost")]
    public void Anything_else_is_refused_by_the_name_of_its_option(string url)
    {
        var error = Assert.Throws<InvalidOptionException>(() => RedisAddress.Parse("connect", url));

        Assert.Equal("connect", error.Option);
        Assert.Contains("redis://", error.Requirement, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_keeps_the_password_to_itself()
    {
        var error = Assert.Throws<InvalidOptionException>(() => RedisAddress.Parse("redis", "http://me:secret@localhost"));

        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }
}
