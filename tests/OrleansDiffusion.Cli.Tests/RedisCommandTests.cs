using System.Net;
using System.Net.Sockets;
using OrleansDiffusion.Silo;
using StackExchange.Redis;

namespace OrleansDiffusion.Cli.Tests;

public sealed class RedisCommandTests : IDisposable
{
    private readonly Odiff _odiff = new();
    private readonly int _port = LoopbackPorts.Free(1)[0];

    public void Dispose() => _odiff.Dispose();

    [Theory]
    [InlineData("TERM", "")]
    [InlineData("INT", "--data data")]
    public async Task A_redis_says_when_it_is_ready_and_ends_in_order_when_it_is_told(string signal, string options)
    {
        await using var redis = OdiffProcess.Start(_odiff, $"redis --port {_port} {options}", signal);

        Assert.Equal($"redis ready {redis.Id} 127.0.0.1:{_port}", await redis.Ready());
        Assert.Equal((0, "", ""), await redis.End());
    }

    [Fact]
    public async Task What_is_in_its_folder_survives_the_process()
    {
        await using (var first = OdiffProcess.Start(_odiff, $"redis --port {_port} --data data"))
        {
            await first.Ready();
            await using var client = await Connect();
            await client.GetDatabase().ScriptEvaluateAsync("redis.call('hset', KEYS[1], 'field', ARGV[1])", ["key"], ["kept"]);
            await first.Kill();
        }

        await using var second = OdiffProcess.Start(_odiff, $"redis --port {_port} --data data");
        await second.Ready();
        await using var again = await Connect();
        Assert.Equal("kept", await again.GetDatabase().HashGetAsync("key", "field"));
    }

    [Fact]
    public async Task A_port_in_use_is_told_in_one_line()
    {
        using var other = new TcpListener(IPAddress.Loopback, _port);
        other.Start();

        var result = await _odiff.Run($"redis --port {_port}");

        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Equal($"odiff: port {_port} cannot be used: Address already in use", result.Error);
    }

    private async Task<ConnectionMultiplexer> Connect() =>
        await ConnectionMultiplexer.ConnectAsync(RedisAddress.Parse("redis", $"redis://127.0.0.1:{_port}").Options());
}
