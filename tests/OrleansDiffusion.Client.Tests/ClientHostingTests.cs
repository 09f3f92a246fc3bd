using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OrleansDiffusion.Client.Cluster;
using OrleansDiffusion.Client.Http;
using OrleansDiffusion.Client.Tests.Fixtures;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Silo;

namespace OrleansDiffusion.Client.Tests;

public sealed class ClientHostingTests(GridFixture grid)
{
    public static TheoryData<string, Action<SamplingClientOptions>> Unusable() => new()
    {
        { "Gateway", options => options.Gateway = new Uri("ftp://here") },
        { "Gateway", options => options.Gateway = new Uri("here", UriKind.Relative) },
        { "ApiKey", options => options.ApiKey = "key" },
        { "ApiKey", options => (options.Gateway, options.ApiKey) = (new Uri("http://here"), "two words") },
        { "MostAttempts", options => options.MostAttempts = 0 },
        { "FirstDelay", options => options.FirstDelay = TimeSpan.FromSeconds(3) },
        { "LongestDelay", options => options.LongestDelay = TimeSpan.FromHours(1) },
        { "AttemptTimeout", options => options.AttemptTimeout = TimeSpan.Zero },
    };

    [Theory]
    [MemberData(nameof(Unusable), DisableDiscoveryEnumeration = true)]
    public async Task Options_are_checked_at_start_and_the_one_at_fault_is_named(
        string option, Action<SamplingClientOptions> configure)
    {
        using var host = HostOf(services => services.AddOrleansDiffusionClient(configure));

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Token));

        Assert.StartsWith($"SamplingClientOptions.{option} ", Assert.Single(error.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_client_is_that_of_the_gateway_or_else_of_the_cluster()
    {
        using var cluster = HostOf(services => services.AddSingleton(grid.Grains).AddOrleansDiffusionClient());
        using var gateway = HostOf(services => services.AddOrleansDiffusionClient(options => options.Gateway = grid.Gateway));
        using var neither = HostOf(services => services.AddOrleansDiffusionClient());

        foreach (var (host, type) in new[] { (cluster, typeof(ClusterSamplingClient)), (gateway, typeof(HttpSamplingClient)) })
        {
            var client = host.Services.GetRequiredService<ISamplingClient>();
            Assert.IsType(type, client);
            Assert.NotEmpty(await client.GetModelsAsync(Token));
        }

        Assert.Throws<InvalidOperationException>(neither.Services.GetRequiredService<ISamplingClient>);
    }

    // Orleans' clients ask once a minute of their own accord: a plan was refused for that long.
    [Fact]
    public async Task A_client_that_was_there_before_the_first_silo_of_time_nodes_finds_it_when_it_comes()
    {
        var ports = LoopbackPorts.Free(4);
        var settings = new SiloSettings { Role = SiloRole.Control, SiloPort = ports[0], GatewayPort = ports[1] };
        await using var control = await RunningSilo.Start(settings, cancellationToken: Token);
        using var host = HostOf(services => services
            .AddOrleansClient(client => client.UseLocalhostClustering(settings.GatewayPort, settings.ClusterId, settings.ClusterId))
            .AddOrleansDiffusionClient(options => (options.MostAttempts, options.LongestDelay) = (100, options.FirstDelay)));
        await host.StartAsync(Token);
        await using var compute = await RunningSilo.Start(
            settings with
            {
                Role = SiloRole.Compute, SiloPort = ports[2], GatewayPort = ports[3],
                Primary = new IPEndPoint(IPAddress.Loopback, settings.SiloPort),
                Devices = new DeviceOptions { Devices = "emulated:1ms" },
            },
            cancellationToken: Token);

        using var soon = CancellationTokenSource.CreateLinkedTokenSource(Token);
        soon.CancelAfter(TimeSpan.FromSeconds(30));
        var outline = await host.Services.GetRequiredService<ISamplingClient>().PlanAsync(
            new SamplingRequest { Model = "demo", Count = 1 }, soon.Token);

        Assert.NotEmpty(outline.StepsOfBlocks);
        await host.StopAsync(Token);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static IHost HostOf(Action<IServiceCollection> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        configure(builder.Services);
        return builder.Build();
    }
}
