using System.Net;
using OrleansDiffusion.Client;
using OrleansDiffusion.Client.Http;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Cli.Tests;

/// <summary>What becomes of who watches when the gateway or the cluster is lost.</summary>
public sealed class GatewayFaultTests : IAsyncLifetime
{
    private readonly GatewayCluster _cluster = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _cluster.InitializeAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Who_watches_and_reads_goes_on_when_the_gateway_is_killed_and_started_again()
    {
        var options = new SamplingClientOptions { Gateway = new Uri(_cluster.GatewayUrl) };
        using var http = ClientHosting.Open(options);
        var client = new HttpSamplingClient(http, SamplingCalls.Again(options));
        var request = new SamplingRequest { Model = "demo", Count = 5000, Batch = 1, Steps = 40, Tolerance = 0 };
        await client.SubmitAsync("watched", request, Token);
        var reading = Task.Run(() => Read(client, "watched"), Token);
        var heard = new List<JobProgress>();
        var heardAtRestart = 0;

        await foreach (var progress in client.WatchAsync("watched", Token))
        {
            heard.Add(progress);
            if (heardAtRestart == 0 && progress.FirstSample >= 2)
            {
                await _cluster.Gateway.Kill();
                heardAtRestart = heard.Count;
                await _cluster.StartGateway();
            }
            else if (heardAtRestart > 0 && heard.Count == heardAtRestart + 5)
            {
                await client.CancelAsync("watched", Token);
            }
        }

        Assert.Equal(JobState.Cancelled, heard[^1].State);
        Assert.Single(heard, progress => progress.State.IsFinal());
        Assert.True(heard.Count > heardAtRestart + 5, $"{heard.Count} heard, {heardAtRestart} before the restart");
        var done = (await client.GetAsync("watched", Token)).Done;
        Assert.Equal(Enumerable.Range(0, done), await reading);
    }

    // What a reader gets of a job that is cancelled.
    private static async Task<List<int>> Read(HttpSamplingClient client, string jobId)
    {
        var read = new List<int>();
        await Assert.ThrowsAsync<JobFailedException>(async () =>
        {
            await foreach (var sample in client.SamplesAsync(jobId, cancellationToken: Token))
                read.Add(sample.Index);
        });
        return read;
    }

    [Fact]
    public async Task A_gateway_without_a_cluster_is_alive_and_not_ready()
    {
        using var http = new HttpClient { BaseAddress = new Uri(_cluster.GatewayUrl) };
        Assert.Equal(HttpStatusCode.OK, await Status("health/live"));
        await Eventually.Becomes(() => Status("health/ready"), status => status == HttpStatusCode.OK); // a silo that has just started may be late

        await _cluster.Silo.Kill();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await Status("health/ready"));
        Assert.Equal(HttpStatusCode.OK, await Status("health/live"));
        Assert.Equal((0, "", ""), await _cluster.Gateway.End());

        async Task<HttpStatusCode> Status(string path)
        {
            using var response = await http.GetAsync(path, Token);
            return response.StatusCode;
        }
    }
}
