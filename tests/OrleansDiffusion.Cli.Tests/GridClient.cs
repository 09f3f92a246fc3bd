using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Cli.Tests;

/// <summary>An Orleans client of a cluster on this machine.</summary>
internal sealed class GridClient : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly IHost _host;

    private GridClient(IHost host) => _host = host;

    private IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public static async Task<GridClient> Connect(string cluster, int gatewayPort)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.UseOrleansClient(client => client.UseLocalhostClustering(gatewayPort, cluster, cluster));
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new GridClient(host);
    }

    /// <summary>Runs a job to its end.</summary>
    public async Task<JobState> Sample(SamplingRequest request)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        var job = Grains.GetGrain<ISamplingJobGrain>("job");
        Assert.Null(await Submit(job, request, deadline.Token));
        await foreach (var _ in job.Watch(deadline.Token))
        {
            // Until it has come to its end.
        }

        return (await job.Status()).State;
    }

    /// <summary>The names of the models that are listed.</summary>
    public async Task<IEnumerable<string>> Models() =>
        (await Grains.GetGrain<ICatalogueGrain>(0).Models(TestContext.Current.CancellationToken)).Select(model => model.Name);

    // A silo that is ready is known to the others a moment later.
    private static async Task<Refusal?> Submit(
        ISamplingJobGrain job, SamplingRequest request, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await job.Submit(request, cancellationToken);
            }
            catch (OrleansException)
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }
}
