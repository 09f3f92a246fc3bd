using System.Text.Json;
using System.Text.RegularExpressions;
using OrleansDiffusion.Cli.Tests;

namespace OrleansDiffusion.Deployment.Tests.Containers;

/// <summary>Grafana's dashboards, against the instruments that the code has.</summary>
public sealed partial class DashboardTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "infra", "grafana", "dashboards");

    [Fact]
    public void Queries_ask_for_metrics_that_there_are()
    {
        var known = Instruments().SelectMany(Series).ToHashSet(StringComparer.Ordinal);
        var asked = Targets().SelectMany(target => Metric().Matches(target.GetProperty("expr").GetString()!).Select(match => match.Value)).ToArray();

        Assert.NotEmpty(asked);
        Assert.All(asked, metric => Assert.Contains(metric, known));
    }

    [Fact]
    public void Machines_are_scaled_by_a_metric_that_there_is() => Assert.Contains(
        "odiff_device_queued", Instruments().SelectMany(Series));

    [Fact]
    public void Panels_take_the_source_that_is_provided()
    {
        var source = YamlText.Read("infra/grafana/provisioning/datasources/prometheus.yaml").GetProperty("datasources")[0].GetProperty("uid").GetString();

        Assert.All(Panels(), panel => Assert.Equal(source, panel.GetProperty("datasource").GetProperty("uid").GetString()));
        Assert.Distinct(Panels().Select(panel => panel.GetProperty("id").GetInt32()));
        Assert.Distinct(Panels().Select(panel => panel.GetProperty("title").GetString()!));
    }

    private static IEnumerable<JsonElement> Panels() => Directory.EnumerateFiles(Folder, "*.json").SelectMany(file =>
    {
        using var document = JsonDocument.Parse(File.ReadAllText(file));
        return document.RootElement.GetProperty("panels").Clone().EnumerateArray();
    });

    private static IEnumerable<JsonElement> Targets() => Panels().SelectMany(panel => panel.GetProperty("targets").EnumerateArray());

    // Kind, name and unit of every instrument in the sources.
    private static IEnumerable<(string Kind, string Name, string Unit)> Instruments() => Directory
        .EnumerateFiles(Path.Combine(Repository.Root, "src"), "*Metrics.cs", SearchOption.AllDirectories)
        .SelectMany(file => Created().Matches(File.ReadAllText(file)))
        .Select(match => (match.Groups["kind"].Value, match.Groups["name"].Value, match.Groups["unit"].Value));

    // What an instrument becomes for Prometheus: https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics
    private static IEnumerable<string> Series((string Kind, string Name, string Unit) instrument)
    {
        var unit = instrument.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            _ => "",
        };
        var name = instrument.Name.Replace('.', '_') + unit;
        return instrument.Kind switch
        {
            "Histogram" => [name + "_bucket", name + "_sum", name + "_count"],
            "Counter" or "ObservableCounter" => [name + "_total"],
            _ => [name],
        };
    }

    [GeneratedRegex(@"odiff_[a-z_]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Metric();

    [GeneratedRegex(
        "Create(?<kind>Histogram|Counter|UpDownCounter|Gauge|ObservableGauge|ObservableCounter)(<[a-z]+>)?\\(\\s*\"(?<name>[a-z.]+)\",[^\"]*\"(?<unit>[^\"]*)\"",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Created();
}
