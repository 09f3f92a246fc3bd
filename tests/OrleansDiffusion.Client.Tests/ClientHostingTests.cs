using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OrleansDiffusion.Client.Cluster;
using OrleansDiffusion.Client.Http;
using OrleansDiffusion.Client.Tests.Fixtures;

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

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static IHost HostOf(Action<IServiceCollection> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        configure(builder.Services);
        return builder.Build();
    }
}
