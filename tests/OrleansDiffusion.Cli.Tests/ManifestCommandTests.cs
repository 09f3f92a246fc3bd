using System.Globalization;
using System.Text.Json;
using OrleansDiffusion.Client;
using OrleansDiffusion.Client.Http;
using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Cli.Tests;

/// <summary>Manifests from the command line, by way of a gateway and of the cluster's Redis.</summary>
public sealed class ManifestCommandTests : IAsyncLifetime
{
    private const string Lines = "ODIFF_MANIFEST_LINES"; // 100000 takes minutes
    private const int Usual = 5000;
    private const double MostGrowth = 300; // megabytes
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private const string Defaults = "--model demo --sampler ddim --steps 10 --count 1 --tolerance 0 --priority -5 --submitter me";

    private readonly GatewayCluster _cluster = new();

    private Odiff Odiff => _cluster.Odiff;

    public ValueTask InitializeAsync()
    {
        _cluster.SiloOptions = $"--devices cpu --store {Odiff.PathOf("store")}";
        return _cluster.InitializeAsync();
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task A_manifest_is_submitted_watched_listed_and_fetched()
    {
        Odiff.Put("jobs.jsonl", """
            {"id":"a","seed":1}
            {"seed":2,"count":3}
            {"label":3}
            {"seed":1,"steps":11}
            """);
        foreach (var url in (string[])[_cluster.GatewayUrl, _cluster.RedisUrl])
        {
            var id = await Run($"submit {Defaults} --manifest jobs.jsonl --connect {url}");
            Assert.Equal(id, await Run($"submit {Defaults} --manifest jobs.jsonl --connect {url}")); // follows from what it says
            var watched = await Odiff.Run($"watch {id} --connect {url}");
            Assert.Equal(1, watched.ExitCode);
            Assert.Contains($"1 of 4 lines of manifest {id} failed", watched.Error, StringComparison.Ordinal);
            Assert.Matches($@"(?m)^\s*{id}\s+failed\s+3/4\s+demo\s+manifest\s", await Run($"list --connect {url}"));
            Assert.Equal($"{id} failed", await Run($"cancel {id} --connect {url}")); // it has come to its end before

            var fetched = await Odiff.Run($"fetch {id} --out fetched --connect {url}");

            Assert.Equal(1, fetched.ExitCode);
            var results = (await File.ReadAllLinesAsync(Odiff.PathOf("fetched/results.jsonl"), TestContext.Current.CancellationToken))
                .Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToList();
            Assert.Equal(["succeeded", "succeeded", "failed", "succeeded"], results.Select(result => result.GetProperty("state").GetString()));
            Assert.Contains("label", results[2].GetProperty("error").GetString(), StringComparison.Ordinal);
            Assert.Equal("a", results[0].GetProperty("id").GetString());
            Assert.Equal([3, 2], Odiff.Npy("fetched/2.npy").Shape);
            await Run("sample " + Defaults.Replace("--count 1", "--count 3", StringComparison.Ordinal) + " --seed 2 --in-process --out alone.npy");
            Assert.All(
                Odiff.Npy("alone.npy").Values.Zip(Odiff.Npy("fetched/2.npy").Values),
                pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
            Directory.Delete(Odiff.PathOf("fetched"), recursive: true);
        }

        var missing = await Odiff.Run($"submit {Defaults} --manifest none.jsonl --connect {_cluster.GatewayUrl}");
        Assert.Equal((2, ""), (missing.ExitCode, missing.Output));
        Assert.StartsWith("odiff: --manifest cannot be read", Assert.Single(missing.Error.Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_manifest_is_accepted_and_drawn_in_little_memory()
    {
        var lines = int.TryParse(Environment.GetEnvironmentVariable(Lines), CultureInfo.InvariantCulture, out var many) ? many : Usual;
        await File.WriteAllLinesAsync(
            Odiff.PathOf("long.jsonl"), Enumerable.Range(0, lines).Select(i => $$"""{"id":"item-{{i}}","seed":{{i}}}"""),
            TestContext.Current.CancellationToken);
        Odiff.Put("short.jsonl", "{}\n");
        foreach (var url in (string[])[_cluster.GatewayUrl, _cluster.RedisUrl])
        {
            var (_, idle) = await Submit("short.jsonl", $"short-{url[..4]}", url);
            await Run($"watch short-{url[..4]} --connect {url}"); // all has been loaded that is needed
            await using var silo = new PeakMemory(_cluster.Silo.Id);
            await using var gateway = new PeakMemory(_cluster.Gateway.Id);

            var (id, client) = await Submit("long.jsonl", $"long-{url[..4]}", url);
            Tell($"{lines} lines accepted: silo {silo.Growth:f0} MB, gateway {gateway.Growth:f0} MB, client {client - idle:f0} MB above idle");
            Assert.InRange(silo.Growth, -MostGrowth, MostGrowth);
            Assert.InRange(gateway.Growth, -MostGrowth, MostGrowth);
            Assert.InRange(client - idle, -MostGrowth, MostGrowth);

            if (url == _cluster.RedisUrl)
            {
                Assert.Matches($"^{id} (cancelled|succeeded)$", await Run($"cancel {id} --connect {url}")); // once is enough to be drawn
                continue;
            }

            await Drawn(id);
            Assert.Equal($"{id} succeeded, {lines} lines", await Run($"watch {id} --connect {url}"));
            Tell($"{lines} lines drawn: silo {silo.Growth:f0} MB, gateway {gateway.Growth:f0} MB above idle");
            Assert.InRange(silo.Growth, -MostGrowth, MostGrowth);
        }
    }

    // However long it takes, which a process of a test may not.
    private async Task Drawn(string id)
    {
        var options = new SamplingClientOptions { Gateway = new Uri(_cluster.GatewayUrl) };
        using var http = ClientHosting.Open(options);
        var client = new HttpSamplingClient(http, SamplingCalls.Again(options));
        while (!(await client.FindManifestAsync(id, TestContext.Current.CancellationToken))!.State.IsFinal())
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
    }

    // The id, and the most memory that the process took.
    private async Task<(string Id, double Megabytes)> Submit(string file, string id, string url)
    {
        await using var process = OdiffProcess.Start(Odiff, $"submit {Defaults} --manifest {file} --id {id} --connect {url}");
        var ended = process.Ended();
        var most = await PeakMemory.Of(process.Id, ended);
        Assert.Equal(0, await ended);
        return (id, most);
    }

    private async Task<string> Run(string commandLine)
    {
        var result = await Odiff.Run(commandLine);
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Output;
    }

    private static void Tell(string line)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        Console.WriteLine(line);
    }
}
