using System.Text.RegularExpressions;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Cli.Tests;

/// <summary>What the processes of a cluster tell who watches them.</summary>
public sealed partial class TelemetryTests(WatchedCluster cluster) : IClassFixture<WatchedCluster>
{
    [Fact]
    public async Task A_silo_shows_prometheus_every_instrument_of_the_readme_with_what_the_report_says()
    {
        var metrics = await cluster.SiloMetrics();

        foreach (var row in InstrumentTable.Rows)
        {
            var prefix = row.Name.Replace('.', '_');
            Assert.Contains(metrics.Names, name => name.StartsWith(prefix, StringComparison.Ordinal));
            Assert.Equal(row.Tags.Order(StringComparer.Ordinal), metrics.Labels(prefix));
        }

        var batches = cluster.Job.GetProperty("batches").EnumerateArray().ToList();
        double Reported(string field) => batches.Sum(batch => batch.GetProperty(field).GetDouble());
        Assert.Equal(2, batches.Count);
        Assert.Equal(Reported("rounds"), metrics.Sum("odiff_sweep_duration_seconds_count"));
        Assert.Equal(Reported("rounds"), metrics.Sum("odiff_sweep_exchange_duration_seconds_count"));

        // Devices count what a sweep that was late had them do, a job does not.
        var uncounted = Reported("recoveries") == 0 ? 0 : double.MaxValue;
        Assert.InRange(
            metrics.Sum("odiff_device_call_duration_seconds_count", "emulated:20ms") - Reported("modelCalls"), 0, uncounted);
        Assert.InRange(metrics.Sum("odiff_device_call_rows_sum") - Reported("evaluations"), 0, uncounted);
        Assert.Equal(Reported("recoveries"), metrics.Sum("odiff_batch_recoveries_total"));
        Assert.True(metrics.Sum("odiff_device_call_duration_seconds_sum") >= 0.02 * Reported("modelCalls"));
        Assert.True(
            uncounted > 0 || metrics.Sum("odiff_sweep_duration_seconds_sum") >= metrics.Sum("odiff_device_call_duration_seconds_sum"),
            "a sweep takes its model call and more");
        Assert.Equal(1, metrics.Sum("odiff_job_ended_total", "succeeded"));
        Assert.Equal(0, metrics.Sum("odiff_job_running"));
        Assert.True(metrics.Sum("odiff_checkpoint_duration_seconds_count") >= 2, "one of each batch at least");
        Assert.Equal(metrics.Sum("odiff_checkpoint_duration_seconds_count"), metrics.Sum("odiff_checkpoint_size_bytes_count"));
        Assert.Contains("dotnet_gc_collections_total", metrics.Names);
    }

    [Fact]
    public async Task A_gateway_shows_prometheus_its_requests()
    {
        // It is counted once it has ended.
        var metrics = await Eventually.Becomes(
            cluster.GatewayMetrics,
            metrics => metrics.Sum("http_server_request_duration_seconds_count", "/v1/jobs/{id}/events") > 0);

        Assert.Equal(1, metrics.Sum("http_server_request_duration_seconds_count", "/v1/jobs/{id}/events"));
        Assert.Equal(0, metrics.Sum("http_server_request_duration_seconds_count", "/metrics"));
        Assert.Contains("dotnet_gc_collections_total", metrics.Names);
    }

    [Fact]
    public async Task Grafana_asks_for_what_the_processes_show()
    {
        var shown = (await cluster.SiloMetrics()).Names.Union((await cluster.GatewayMetrics()).Names).ToHashSet(StringComparer.Ordinal);

        var asked = Directory.EnumerateFiles(Path.Combine(Repository.Root, "infra", "grafana", "dashboards"), "*.json")
            .SelectMany(file => Metric().Matches(File.ReadAllText(file)).Select(match => match.Value)).Distinct().ToList();

        Assert.True(asked.Count > 10, "dashboards ask for more");
        Assert.All(asked, metric => Assert.Contains(metric, shown));
    }

    [Fact]
    public async Task A_collector_gets_a_trace_from_the_request_to_the_last_block()
    {
        await Eventually.Holds(() => Spans("job").Any() && Spans("batch").Count() == 2 && Spans("PUT /v1/jobs/{id}").Any());

        var request = Assert.Single(Spans("PUT /v1/jobs/{id}"));
        Assert.Equal(("odiff-gateway", WatchedCluster.SpanId), (request.Service, request.Parent));
        var job = Assert.Single(Spans("job"));
        Assert.Equal(("odiff-silo", request.Id, "watched"), (job.Service, job.Parent, job.Tags["odiff.job.id"]));
        Assert.Equal(["0", "1"], Spans("batch").Select(batch => batch.Tags["odiff.batch"]).Order(StringComparer.Ordinal));
        foreach (var batch in Spans("batch"))
        {
            Assert.Equal(job.Id, batch.Parent);
            await Eventually.Holds(() => BlocksOf(batch).Count() == 4);
            Assert.Equal(["0", "1", "2", "3"], BlocksOf(batch).Select(block => block.Tags["odiff.block"]).Order(StringComparer.Ordinal));
            Assert.All(BlocksOf(batch), block => Assert.NotEqual("0", block.Tags["odiff.block.sweeps"]));
        }
    }

    [Fact]
    public async Task A_collector_gets_the_metrics_of_all()
    {
        await Eventually.Holds(() => InstrumentTable.Rows.All(row => cluster.Receiver.Metrics.ContainsKey(row.Name)));

        Assert.All(InstrumentTable.Rows, row => Assert.Equal("odiff-silo", cluster.Receiver.Metrics[row.Name]));
        await Eventually.Holds(() => cluster.Receiver.Metrics.ContainsKey("http.server.request.duration"));
    }

    private IEnumerable<OtlpSpan> Spans(string name) =>
        cluster.Receiver.Spans.Where(span => span.TraceId == WatchedCluster.TraceId && span.Name == name);

    private IEnumerable<OtlpSpan> BlocksOf(OtlpSpan batch) => Spans("block").Where(block => block.Parent == batch.Id);

    // Series of the processes' own meters and of ASP.NET Core's, as a query names them.
    [GeneratedRegex(@"\b(odiff|http_server)_[a-z_]+(?=[\[{)])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Metric();
}
