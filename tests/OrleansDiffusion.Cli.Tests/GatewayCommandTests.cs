using System.Net;
using System.Text;
using Microsoft.Extensions.Hosting;
using Orleans.Dashboard;
using OrleansDiffusion.Cli.Runs;
using OrleansDiffusion.Gateway;
using OrleansDiffusion.Silo;

namespace OrleansDiffusion.Cli.Tests;

/// <summary>The parts of a job by way of a gateway, and by way of the cluster's Redis.</summary>
public sealed class GatewayCommandTests(GatewayCluster cluster) : IClassFixture<GatewayCluster>
{
    private const string Job = "--model demo --count 6 --batch 2 --seed 3 --steps 40 --tolerance 0";

    private readonly Odiff _odiff = cluster.Odiff;

    private string Redis => cluster.RedisUrl;

    private string Gateway => cluster.GatewayUrl;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_job_is_submitted_watched_listed_and_fetched_as_it_is_sampled_in_process(bool byGateway)
    {
        var id = byGateway ? "by-http" : "by-redis";
        var connect = $"--connect {(byGateway ? Gateway : Redis)}";

        Assert.Equal(id, await Run($"submit {Job} --id {id} {connect}"));
        Assert.Equal(id, await Run($"submit {Job} --id {id} {connect}")); // changes nothing
        Assert.Equal($"{id} succeeded", await Run($"watch {id} {connect}"));
        Assert.Matches($@"(?m)^\s*{id}\s+succeeded\s+6/6\s+demo\s+ddpm\s+\d+-\d\d-\d\d \d\d:\d\d:\d\dZ\s*$", await Run($"list {connect}"));
        Assert.Matches(@"^6 samples, ddpm, \d+ rounds instead of 40, ", await Run($"fetch {id} --out fetched.npy --report fetched.json {connect}"));
        Assert.Equal($"{id} succeeded", await Run($"cancel {id} {connect}")); // it has come to its end before
        await Run($"sample {Job} --out sampled.npy {connect}");
        await Run($"sample {Job} --out plain.npy --in-process");

        var expected = _odiff.Npy("plain.npy");
        foreach (var actual in new[] { _odiff.Npy("fetched.npy"), _odiff.Npy("sampled.npy") })
        {
            Assert.Equal(expected.Shape, actual.Shape);
            Assert.All(expected.Values.Zip(actual.Values), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
        }

        Assert.Contains($"\"jobId\": \"{id}\"", await File.ReadAllTextAsync(_odiff.PathOf("fetched.json"), Token), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("watch none", "there is no job none")]
    [InlineData("submit --model demo --id a/b", "--id must have an id of letters")]
    [InlineData("submit --model demo --steps 0", "--steps must be 1 to 1000")]
    [InlineData("sample --model demo --label 3 --out none.npy", "--label")]
    public async Task What_cannot_be_done_is_a_line_whatever_carries_it(string command, string error)
    {
        foreach (var url in (string[])[Gateway, Redis])
        {
            var result = await _odiff.Run($"{command} --connect {url}");

            Assert.Equal((2, ""), (result.ExitCode, result.Output));
            Assert.StartsWith($"odiff: {error}", Assert.Single(result.Error.Split('\n')), StringComparison.Ordinal);
        }

        Assert.DoesNotContain("none.npy", _odiff.Left);
    }

    [Fact]
    public async Task A_job_that_is_cancelled_ends_its_watchers_and_fetchers_with_a_line()
    {
        await Run($"submit --model demo --count 500 --batch 1 --id long --connect {Gateway}");
        await using var watcher = OdiffProcess.Start(_odiff, $"watch long --preview preview.npy --connect {Gateway}");
        await using var fetcher = OdiffProcess.Start(_odiff, $"fetch long --out none.npy --connect {Redis}");

        await _odiff.Appears("preview.npy");
        Assert.Equal([1, 2], _odiff.Npy("preview.npy").Shape);

        Assert.Equal("long cancelled", await Run($"cancel long --connect {Redis}"));

        Assert.Equal(1, await watcher.Ended());
        Assert.Equal(1, await fetcher.Ended());
        Assert.DoesNotContain("none.npy", _odiff.Left);
    }

    // What the dashboard shows is Orleans' own; that it is there, and for whom, is not.
    [Fact]
    public async Task Orleans_dashboard_is_shown_to_who_has_a_key()
    {
        using var http = new HttpClient();
        var page = await http.GetStringAsync(new Uri($"{Gateway}/dashboard/"), Token);
        Assert.Contains("<html", page, StringComparison.OrdinalIgnoreCase);

        const string Key = "the-key-of-this-test";
        var redis = RedisAddress.Parse("redis", Redis);
        await using var gateway = await RunningGateway.Start(
            new GatewaySettings { Listen = new IPEndPoint(IPAddress.Loopback, 0), ApiKeys = [Key], Dashboard = true },
            host => host.UseOrleansClient(client => client.UseCluster(redis, "odiff").AddDashboard()), cancellationToken: Token);
        Assert.Equal(HttpStatusCode.Unauthorized, await Status(password: null));
        Assert.Equal(HttpStatusCode.Unauthorized, await Status("not-" + Key));
        Assert.Equal(HttpStatusCode.OK, await Status(Key));

        async Task<HttpStatusCode> Status(string? password)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Address, "dashboard/"));
            if (password is not null)
                request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"any:{password}")));
            using var response = await http.SendAsync(request, Token);
            if (response.StatusCode == HttpStatusCode.Unauthorized)
                Assert.Equal("Basic", response.Headers.WwwAuthenticate.Single().Scheme);
            return response.StatusCode;
        }
    }

    private async Task<string> Run(string commandLine)
    {
        var result = await _odiff.Run(commandLine);
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Output;
    }
}
