using System.Net.Http.Json;
using System.Text.Json;
using OrleansDiffusion.Silo;

namespace OrleansDiffusion.Cli.Tests;

/// <summary>A Redis, a silo and a gateway as processes that tell what they do, and what they did for one job.</summary>
public sealed class WatchedCluster : GatewayCluster
{
    /// <summary>The trace that the job belongs to, and the span of who submitted it.</summary>
    public const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    /// <summary>The span of who submitted it.</summary>
    public const string SpanId = "b7ad6b7169203331";

    private readonly int[] _ports = LoopbackPorts.Free(2);

    internal OtlpReceiver Receiver { get; private set; } = null!;

    /// <summary>The job's record.</summary>
    public JsonElement Job { get; private set; }

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Receiver.Address,
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
    };

    /// <inheritdoc/>
    public override async ValueTask InitializeAsync()
    {
        Receiver = await OtlpReceiver.Start();
        SiloOptions =
            $"--devices emulated:20ms --store {Odiff.PathOf("store")} --metrics {_ports[0]} --otlp {Receiver.Address}";
        GatewayOptions = $"--metrics 127.0.0.1:{_ports[1]}"; // the collector is named by the environment
        await base.InitializeAsync();
        using var http = new HttpClient { BaseAddress = new Uri(GatewayUrl) };
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

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
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
