using System.Net;
using System.Net.Sockets;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Silo.Tests;

public sealed class RunningSiloTests
{
    [Fact]
    public async Task A_cluster_that_does_not_answer_is_given_up()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var primary = (IPEndPoint)silent.LocalEndpoint;
        var settings = Settings() with { Primary = primary, JoinTimeout = TimeSpan.FromMilliseconds(500) };

        var error = await Assert.ThrowsAsync<IOException>(() => RunningSilo.Start(settings, cancellationToken: Token));

        Assert.Equal($"cluster odiff could not be joined within 0.5 s: no silo of it answers at {primary}", error.Message);
    }

    [Fact]
    public async Task A_start_can_be_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            RunningSilo.Start(Settings(), cancellationToken: cancelled.Token));
    }

    [Fact]
    public async Task Embedded_silos_know_one_another_and_their_devices_when_the_grid_is_there()
    {
        await using var grid = await EmbeddedGrid.Start(
            3, settings => settings with { Devices = new() { Devices = "emulated:1ms,emulated:1ms" } }, cancellationToken: Token);

        var job = await GridJob.Run(grid.Grains, new() { Model = "demo", Count = 1, Steps = 20, Blocks = 2 });

        Assert.Equal(3, job.Batch.Silos);
        Assert.Equal(0, job.Batch.Recoveries);
    }

    [Theory]
    [InlineData(0, 5000, "silo-port")]
    [InlineData(5000, 65536, "gateway-port")]
    [InlineData(5000, 5000, "gateway-port")]
    public async Task Ports_out_of_range_are_named(int silo, int gateway, string option)
    {
        var error = await Assert.ThrowsAsync<InvalidOptionException>(() => RunningSilo.Start(
            new SiloSettings { SiloPort = silo, GatewayPort = gateway }, cancellationToken: Token));

        Assert.Equal(option, error.Option);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static SiloSettings Settings()
    {
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        second.Start();
        return new SiloSettings
        {
            SiloPort = ((IPEndPoint)first.LocalEndpoint).Port,
            GatewayPort = ((IPEndPoint)second.LocalEndpoint).Port,
        };
    }
}
