using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrleansDiffusion.Client.Cluster;
using OrleansDiffusion.Client.Http;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Gateway;
using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Silo;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Client.Tests;

/// <summary>A cluster whose queue is full.</summary>
public sealed class BusyTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private static readonly SamplingRequest Small = new() { Model = "demo", Count = 1, Steps = 10 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_says_when_to_come_back_and_clients_do()
    {
        await using var grid = await EmbeddedGrid.Start(
            1,
            settings => settings with
            {
                Devices = new DeviceOptions { Devices = "emulated:100ms" },
                Grid = options => (options.BatchesAtOnce, options.MostQueued) = (1, 1),
            },
            cancellationToken: Token);
        await using var gateway = await RunningGateway.Start(
            new GatewaySettings { Listen = new IPEndPoint(IPAddress.Loopback, 0) }, host => host.Services.AddSingleton(grid.Grains),
            cancellationToken: Token);
        var options = new SamplingClientOptions { Gateway = gateway.Address, MostAttempts = 100 };
        using var http = ClientHosting.Open(options);
        var client = new HttpSamplingClient(http, SamplingCalls.Again(options));
        await client.SubmitAsync("first", Small with { Steps = 1000, Blocks = 500, Lookahead = 1, Tolerance = 0 }, Token);
        await Is(client, "first", JobState.Running);
        await client.SubmitAsync("second", Small, Token);
        await Is(client, "second", JobState.Queued);

        using var refused = await http.PutAsJsonAsync("v1/jobs/third", new { model = "demo" }, Token);
        var impatient = new ClusterSamplingClient(
            grid.Grains, SamplingCalls.Again(new SamplingClientOptions { WaitsWhileBusy = false }));
        var busy = await Assert.ThrowsAsync<SamplingBusyException>(() => impatient.SubmitAsync("third", Small, Token));
        var patient = client.SubmitAsync("third", Small, Token);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(2), refused.Headers.RetryAfter?.Delta);
        Assert.Contains(
            "too many batches", (await refused.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("detail").GetString(),
            StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(2), busy.RetryAfter);
        await Assert.ThrowsAsync<JobNotFoundException>(() => client.GetAsync("third", Token));
        await client.CancelAsync("first", Token);
        await patient.WaitAsync(Deadline, Token);
        await Is(client, "second", JobState.Succeeded);
        await Is(client, "third", JobState.Succeeded);
    }

    private static async Task Is(HttpSamplingClient client, string id, JobState state) =>
        await Eventually.Becomes(() => client.GetAsync(id, Token), status => status.State == state, Deadline);
}
