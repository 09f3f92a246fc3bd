using System.Net;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Silo.Tests;

public sealed class SiloSettingsTests
{
    private static readonly SiloSettings Usual = new() { SiloPort = 5000, GatewayPort = 5001 };
    private static readonly RedisAddress Redis = RedisAddress.Parse("redis", "redis://localhost");

    [Fact]
    public void A_redis_takes_the_place_of_a_primary_silo()
    {
        (Usual with { Redis = Redis }).Validate();

        Assert.Equal("primary", OptionAtFault(Usual with { Redis = Redis, Primary = new(IPAddress.Loopback, 5002) }));
    }

    [Fact]
    public void An_address_other_than_loopback_needs_a_redis()
    {
        var other = IPAddress.Parse("192.0.2.1");
        (Usual with { Redis = Redis, Address = other }).Validate();

        Assert.Equal("address", OptionAtFault(Usual with { Address = other }));
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    public void An_address_is_one_that_others_can_reach(string address) =>
        Assert.Equal("address", OptionAtFault(Usual with { Redis = Redis, Address = IPAddress.Parse(address) }));

    [Fact]
    public void The_time_to_join_is_positive() =>
        Assert.Equal("join-timeout", OptionAtFault(Usual with { JoinTimeout = TimeSpan.Zero }));

    private static string OptionAtFault(SiloSettings settings) =>
        Assert.Throws<InvalidOptionException>(settings.Validate).Option;
}
