using System.Net;
using System.Net.Sockets;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Silo;

namespace OrleansDiffusion.Cli.Tests;

public sealed class SiloCommandTests : IDisposable
{
    private readonly Odiff _odiff = new();
    private readonly int[] _ports = LoopbackPorts.Free(4);

    public void Dispose() => _odiff.Dispose();

    [Theory]
    [InlineData("both", "TERM")]
    [InlineData("control", "INT")]
    [InlineData("compute", "TERM")]
    public async Task A_silo_says_when_it_is_ready_and_ends_in_order_when_it_is_told(string role, string signal)
    {
        await using var silo = OdiffProcess.Start(
            _odiff, $"silo --role {role} --silo-port {_ports[0]} --gateway-port {_ports[1]}", signal);

        Assert.Equal(
            $"silo ready {role} {silo.Id} 127.0.0.1:{_ports[0]} 127.0.0.1:{_ports[1]}", await silo.Ready());
        Assert.Equal((0, "", ""), await silo.End());
    }

    [Fact]
    public async Task A_collector_that_is_away_holds_no_silo_up()
    {
        await using var silo = OdiffProcess.Start(
            _odiff, $"silo --role control --silo-port {_ports[0]} --gateway-port {_ports[1]} --otlp http://127.0.0.1:{_ports[2]}");

        await silo.Ready();
        Assert.Equal((0, "", ""), await silo.End());
    }

    [Fact]
    public async Task Silos_find_each_other()
    {
        await using var first = OdiffProcess.Start(
            _odiff, $"silo --role control --cluster pair --silo-port {_ports[0]} --gateway-port {_ports[1]}");
        await first.Ready();
        await using var second = OdiffProcess.Start(
            _odiff, $"silo --role compute --cluster pair --silo-port {_ports[2]} --gateway-port {_ports[3]} "
            + $"--primary localhost:{_ports[0]} --devices cpu");
        await second.Ready();

        // The first holds no time-nodes and opens no model: what its client asks for is done by the second.
        await using (var client = await GridClient.Connect("pair", _ports[1]))
            Assert.Equal(JobState.Succeeded, await client.Sample(new SamplingRequest { Model = "demo", Count = 2, Steps = 50 }));

        Assert.Equal(0, (await second.End()).ExitCode);
        Assert.Equal(0, (await first.End()).ExitCode);
    }

    [Fact]
    public async Task A_silo_warns_of_what_it_cannot_tell_a_caller()
    {
        _odiff.Put("broken.json", "{}");
        await using var silo = OdiffProcess.Start(
            _odiff, $"silo --silo-port {_ports[0]} --gateway-port {_ports[1]} --devices cpu",
            environment: new Dictionary<string, string> { ["ODIFF_MODELS"] = _odiff.Folder });
        await silo.Ready();

        await using (var client = await GridClient.Connect("odiff", _ports[1]))
            Assert.DoesNotContain("broken.json", await client.Models());

        Assert.Matches("^warn: [^\n]* Model broken.json is not listed: [^\n]*kind[^\n]*\n$", (await silo.End()).Error);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_port_in_use_is_told_in_one_line(int taken)
    {
        using var other = new TcpListener(IPAddress.Loopback, _ports[taken]);
        other.Start();

        var result = await _odiff.Run($"silo --silo-port {_ports[0]} --gateway-port {_ports[1]} --metrics {_ports[2]}");

        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Equal($"odiff: port {_ports[taken]} cannot be used: Address already in use", result.Error);
    }
}
