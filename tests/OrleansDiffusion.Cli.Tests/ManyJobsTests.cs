using System.Diagnostics;
using System.Globalization;
using OrleansDiffusion.Client;
using OrleansDiffusion.Client.Http;
using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Cli.Tests;

/// <summary>Many small jobs at once, by way of a gateway, on a cluster of processes.</summary>
public sealed class ManyJobsTests : IAsyncLifetime
{
    private const string Jobs = "ODIFF_MANY_JOBS"; // 1000 takes minutes
    private const int Usual = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);

    private readonly GatewayCluster _cluster = new()
    {
        SiloOptions = "--devices emulated:1ms --batches-at-once 8", GatewayOptions = "--rate 100000",
    };

    public ValueTask InitializeAsync() => _cluster.InitializeAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Many_small_jobs_at_once_all_end_while_a_huge_one_runs()
    {
        var jobs = int.TryParse(Environment.GetEnvironmentVariable(Jobs), CultureInfo.InvariantCulture, out var many) ? many : Usual;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        var options = new SamplingClientOptions { Gateway = new Uri(_cluster.GatewayUrl), MostAttempts = 100 };
        using var http = ClientHosting.Open(options);
        var client = new HttpSamplingClient(http, SamplingCalls.Again(options));
        var small = new SamplingRequest { Model = "demo", Sampler = "ddim", Steps = 10, Count = 1 };
        await client.SubmitAsync("huge", small with { Count = 10_000, Batch = 1 }, deadline.Token);

        var started = Stopwatch.GetTimestamp();
        var accepted = await Task.WhenAll(Enumerable.Range(0, jobs).Select(async i =>
        {
            var asked = Stopwatch.GetTimestamp();
            await client.SubmitAsync($"small-{i}", small with { Seed = (ulong)i }, deadline.Token);
            return Stopwatch.GetElapsedTime(asked);
        }));
        await Ended(client, jobs, deadline.Token);

        Tell(
            $"{jobs} jobs at once: accepted within {Percentile(accepted, 0.5):f0} ms (median), {Percentile(accepted, 0.99):f0} ms (p99); all "
            + $"ended after {Stopwatch.GetElapsedTime(started).TotalSeconds:f1} s");
        var huge = await client.GetAsync("huge", deadline.Token);
        Assert.Equal(JobState.Running, huge.State); // it has not held them up
        await client.CancelAsync("huge", deadline.Token);
    }

    private static async Task Ended(HttpSamplingClient client, int jobs, CancellationToken cancellationToken)
    {
        var left = Enumerable.Range(0, jobs).Select(i => $"small-{i}").ToHashSet();
        while (true)
        {
            await foreach (var job in client.ListAsync(cancellationToken))
            {
                if (!job.State.IsFinal() || !left.Remove(job.JobId))
                    continue;
                Assert.Equal(JobState.Succeeded, job.State);
            }

            if (left.Count == 0)
                return;
            await Task.Delay(Pause, cancellationToken);
        }
    }

    private static double Percentile(IEnumerable<TimeSpan> times, double share)
    {
        var sorted = times.Order().ToList();
        return sorted[(int)(share * (sorted.Count - 1))].TotalMilliseconds;
    }

    private static void Tell(string line)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        Console.WriteLine(line);
    }
}
