using System.Net.Http.Json;
using System.Text.Json;
using OrleansDiffusion.Silo;

namespace OrleansDiffusion.Cli.Tests;

/// <summary>A Redis, a silo and a gateway as processes that tell what they do, and what they did for one job.</summary>
public sealed class WatchedCluster : IAsyncLifetime
{
    /// <summary>The trace that the job belongs to, and the span of who submitted it.</summary>
    public const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    /// <summary>The span of who submitted it.</summary>
    public const string SpanId = "b7ad6b7169203331";

    private readonly int[] _ports = LoopbackPorts.Free(2);
    private GatewayCluster? _cluster;

    internal OtlpReceiver Receiver { get; private set; } = null!;

    /// <summary>The job's record.</summary>
    public JsonElement Job { get; private set; }

    public async ValueTask InitializeAsync()
    {
        Receiver = await OtlpReceiver.Start();
        _cluster = new GatewayCluster
        {
            SiloOptions = $"--devices emulated:20ms --store store --metrics {_ports[0]} --otlp {Receiver.Address}",
            GatewayOptions = $"--metrics 127.0.0.1:{_ports[1]}", // the collector is named by the environment
            Environment = new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Receiver.Address,
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
            },
        };
        await _cluster.InitializeAsync();
        using var http = new HttpClient { BaseAddress = new Uri(_cluster.GatewayUrl) };
        using var request = new HttpRequestMessage(HttpMethod.Put, "v1/jobs/watched")
        {
            Headers = { { "traceparent", $"00-{TraceId}-{SpanId}-01" } },
            Content = JsonContent.Create(new { model = "demo", count = 5, batch = 3, steps = 40, blocks = 4 }),
        };
        using var accepted = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.True(accepted.IsSuccessStatusCode, $"{accepted}");
        await http.GetStringAsync("v1/jobs/watched/events", TestContext.Current.CancellationToken); // until its end
        Job = await http.GetFromJsonAsync<JsonElement>("v1/jobs/watched", TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
        await Receiver.DisposeAsync();
    }

    internal Task<PrometheusText> SiloMetrics() => Scrape(_ports[0]);

    internal Task<PrometheusText> GatewayMetrics() => Scrape(_ports[1]);

    private static async Task<PrometheusText> Scrape(int port)
    {
        using var http = new HttpClient();
        return new PrometheusText(await http.GetStringAsync(
            new Uri($"http://127.0.0.1:{port}/metrics"), TestContext.Current.CancellationToken));
    }
}
