using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using OrleansDiffusion.Cli.Tests;
using OrleansDiffusion.Client;
using OrleansDiffusion.Client.Http;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Deployment.Tests;

/// <summary>
/// The topology of docker-compose.yml as processes: Redis, Azurite, a control and two compute silos, the gateway; and what a
/// person would try when it is up.
/// </summary>
/// <param name="azurite">The blob service.</param>
public sealed partial class TopologyTests(Azurite azurite) : IAsyncDisposable
{
    private readonly Odiff _odiff = new();

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(_odiff.PathOf("cluster")))
            await Script("down");
        _odiff.Dispose();
    }

    [Fact]
    public async Task A_job_comes_to_its_end_through_the_gateway_though_a_compute_silo_is_killed_halfway()
    {
        var token = TestContext.Current.CancellationToken;
        var up = await Script("up 2 --gateway --devices emulated:10ms");
        Assert.True(up.ExitCode == 0, up.Error);
        var options = new SamplingClientOptions { Gateway = new Uri(GatewayIn().Match(up.Output).Value) };
        using var http = ClientHosting.Open(options);
        var client = new HttpSamplingClient(http, SamplingCalls.Again(options));
        var request = new SamplingRequest { Model = "demo", Sampler = "ddpm", Count = 24, Batch = 4, Steps = 40, Seed = 5, Tolerance = 0 };

        await client.SubmitAsync("smoke", request, token);
        var isKilled = false;
        await foreach (var progress in client.WatchAsync("smoke", token))
        {
            if (!isKilled && progress.FirstSample >= request.Count / 2)
            {
                await KillACompute();
                isKilled = true;
            }
        }

        Assert.True(isKilled);
        Assert.Equal(JobState.Succeeded, (await client.GetAsync("smoke", token)).State);
        var samples = new List<float>();
        await foreach (var sample in client.SamplesAsync("smoke", cancellationToken: token))
            samples.AddRange(sample.Values.Span);

        // Those of the sampler that knows no grid.
        var reference = await _odiff.Run("sample --model demo --sampler ddpm --count 24 --steps 40 --seed 5 --mode sequential --out reference.npy");
        Assert.True(reference.ExitCode == 0, reference.Error);
        var expected = _odiff.Npy("reference.npy").Values;
        Assert.Equal(expected.Length, samples.Count);
        Assert.InRange(Math.Sqrt(expected.Zip(samples, (a, b) => (double)(a - b) * (a - b)).Average()), 0, 1e-4);
    }

    private async Task KillACompute()
    {
        var status = await Script("status");
        var line = status.Output.Split('\n').Last(member => member.StartsWith("compute ", StringComparison.Ordinal));
        using var process = Process.GetProcessById(int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private Task<ChildResult> Script(string arguments)
    {
        var script = Path.Combine(Repository.Root, "scripts", "cluster.sh");
        var start = new ProcessStartInfo(script, Odiff.Words(arguments)) { WorkingDirectory = _odiff.Folder };
        start.Environment["ODIFF"] = Odiff.Executable;
        start.Environment["ODIFF_CLUSTER"] = _odiff.PathOf("cluster");
        start.Environment["ODIFF_STORE"] = $"{azurite.Address}/smoke/jobs";
        start.Environment["AZURE_STORAGE_CONNECTION_STRING"] = azurite.ConnectionString;
        return ChildProcess.Run(start);
    }

    [GeneratedRegex(@"http://[\d.:]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex GatewayIn();
}
