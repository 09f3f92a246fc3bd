using System.Text.Json;
using OrleansDiffusion.Cli.Commands;
using OrleansDiffusion.Cli.Tests;
using OrleansDiffusion.Gateway.Endpoints;
using OrleansDiffusion.Models;
using OrleansDiffusion.Silo;
using OrleansDiffusion.Storage;

namespace OrleansDiffusion.Deployment.Tests.Containers;

/// <summary>docker-compose.yml, against what odiff takes and has.</summary>
public sealed class ComposeTests
{
    // The SDK of OpenTelemetry reads it.
    private const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private static readonly string[] VariablesOfOdiff =
        [Catalogue.FolderVariable, GatewayCommand.ApiKeys, StoreOption.ConnectionString, OtlpEndpoint];

    private readonly ComposeFile _compose = new(ComposeFile.Required.ToDictionary(
        name => name, name => name == "STORAGE_KEY" ? Convert.ToBase64String(new byte[32]) : $"{name.ToLowerInvariant().Replace('_', '-')}-of-the-tests"));

    [Fact]
    public void Its_topology_is_a_redis_a_store_control_two_compute_a_gateway_and_what_watches_them()
    {
        Assert.Equal(
            ["azurite", "collector", "compute", "control", "gateway", "grafana", "prometheus", "redis"],
            _compose.Services.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["control", "compute", "gateway"], _compose.Odiff.Select(service => service.Key));
        Assert.Equal(2, _compose.Services["compute"].GetProperty("scale").GetInt32());

        // Or there could be no more of them.
        Assert.False(_compose.Services["compute"].TryGetProperty("container_name", out _));
        Assert.False(_compose.Services["compute"].TryGetProperty("ports", out _));
    }

    [Fact]
    public void Every_command_is_one_that_odiff_takes()
    {
        var control = Command("control");
        var compute = Command("compute");
        Assert.Equal((SiloRole.Control, SiloRole.Compute), (Role(control), Role(compute)));
        Assert.Equal(("auto", "auto"), (control.Option<string>("--address"), compute.Option<string>("--address")));
        Assert.Null(compute.Option<string?>("--store"));
        Assert.Equal("http://0.0.0.0:8080", Command("gateway").Option<string>("--listen"));

        foreach (var (name, _) in _compose.Odiff)
        {
            var redis = new Uri(RedisAddress.Parse("redis", Command(name).Option<string>("--redis")).Name);
            Assert.Equal(("redis", 6379), (redis.Host, redis.Port));
        }

        static SiloRole Role(System.CommandLine.ParseResult silo) =>
            SiloOptions.Roles.Read(silo.Option<string>("--role"));
    }

    [Fact]
    public void Control_silos_sign_in_to_the_store_of_azurite()
    {
        var control = _compose.Services["control"];
        var options = new StorageOptions
        {
            Location = Command("control").Option<string>("--store"),
            ConnectionString = ComposeFile.EnvironmentOf(control)[StoreOption.ConnectionString],
        };
        ObjectStore.Open(options); // which refuses those that do not fit

        var store = new Uri(options.Location);
        var azurite = _compose.Services["azurite"];
        var words = ComposeFile.Words(azurite, "command");
        Assert.Equal(("azurite", words[Array.IndexOf(words, "--blobPort") + 1]), (store.Host, $"{store.Port}"));
        var account = ComposeFile.EnvironmentOf(azurite)["AZURITE_ACCOUNTS"].Split(':', 2);
        Assert.Contains($"AccountName={account[0]};AccountKey={account[1]};", options.ConnectionString, StringComparison.Ordinal);
    }

    [Fact]
    public void Health_is_asked_for_where_odiff_answers()
    {
        var gateway = ComposeFile.Words(_compose.Services["gateway"].GetProperty("healthcheck"), "test");
        var listen = new Uri(Command("gateway").Option<string>("--listen"));
        Assert.Equal(new Uri($"http://127.0.0.1:{listen.Port}{HealthEndpoints.Ready}"), new Uri(gateway[^1]));

        foreach (var role in (string[])["control", "compute"])
        {
            var port = Command(role).Option<int>("--silo-port");
            Assert.EndsWith($"/dev/tcp/$HOSTNAME/{port}", ComposeFile.Words(_compose.Services[role].GetProperty("healthcheck"), "test")[^1], StringComparison.Ordinal);
        }

        // The collector's image has nothing that could ask.
        Assert.Equal(["collector"], _compose.Services.Where(service => !service.Value.TryGetProperty("healthcheck", out _)).Select(service => service.Key));
    }

    [Fact]
    public void Odiff_reads_every_variable_that_it_is_given() => Assert.All(
        _compose.Odiff, service => Assert.All(ComposeFile.EnvironmentOf(service.Value).Keys, name => Assert.Contains(name, VariablesOfOdiff)));

    [Fact]
    public void Nothing_has_a_password_of_its_own()
    {
        foreach (var (name, value) in _compose.Services.Values.SelectMany(service => ComposeFile.EnvironmentOf(service)))
        {
            if (name.Contains("PASSWORD", StringComparison.Ordinal) || name.Contains("KEY", StringComparison.Ordinal) || name == "REDISCLI_AUTH")
                Assert.EndsWith("-of-the-tests", value, StringComparison.Ordinal);
        }

        var example = File.ReadLines(Path.Combine(Repository.Root, ".env.example")).ToArray();
        Assert.Equal(
            ComposeFile.Required.Select(variable => variable + "="),
            example.Where(line => line.Contains('=', StringComparison.Ordinal) && !line.StartsWith('#')).Order(StringComparer.Ordinal));
        Assert.Equal(
            ComposeFile.Optional,
            example.Where(line => line.StartsWith('#') && line.Contains('=', StringComparison.Ordinal) && !line.StartsWith("# ", StringComparison.Ordinal))
                .Select(line => line[1..line.IndexOf('=', StringComparison.Ordinal)]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Nobody_outside_this_machine_reaches_anything() => Assert.All(
        _compose.Services.Values.SelectMany(service => ComposeFile.Words(service, "ports")),
        port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));

    [Fact]
    public void Whatever_is_named_is_there()
    {
        var stages = new DockerFile().Stages.Select(stage => stage.Name).ToArray();
        var volumes = _compose.Root.GetProperty("volumes").EnumerateObject().Select(volume => volume.Name).ToArray();
        foreach (var (name, service) in _compose.Services)
        {
            if (service.TryGetProperty("build", out var build))
            {
                Assert.True(File.Exists(Path.Combine(Repository.Root, build.GetProperty("dockerfile").GetString()!)));
                Assert.Contains(build.GetProperty("target").GetString(), stages);
            }
            else
            {
                Assert.Matches(@"^[a-z0-9./-]+:v?\d[\w.-]*$", service.GetProperty("image").GetString());
            }

            foreach (var source in ComposeFile.Words(service, "volumes").Select(volume => volume.Split(':')[0]))
            {
                if (source.StartsWith("./", StringComparison.Ordinal))
                    Assert.True(Path.Exists(Path.Combine(Repository.Root, source)), $"{name}: {source}");
                else
                    Assert.Contains(source, volumes);
            }

            var needed = service.TryGetProperty("depends_on", out var others) ? others.EnumerateObject().ToArray() : [];
            Assert.All(needed, other =>
            {
                Assert.Equal("service_healthy", other.Value.GetProperty("condition").GetString());
                Assert.True(_compose.Services[other.Name].TryGetProperty("healthcheck", out _));
            });
        }
    }

    [Fact]
    public void Metrics_go_from_odiff_by_the_collector_and_prometheus_to_grafana()
    {
        var collector = YamlText.Read("infra/collector.yaml");
        var received = collector.GetProperty("receivers").GetProperty("otlp").GetProperty("protocols").GetProperty("http").GetProperty("endpoint").GetString()!;
        foreach (var (_, service) in _compose.Odiff)
        {
            var endpoint = new Uri(ComposeFile.EnvironmentOf(service)[OtlpEndpoint]);
            Assert.Equal(("collector", received.Split(':')[1]), (endpoint.Host, $"{endpoint.Port}"));
        }

        var shown = collector.GetProperty("exporters").GetProperty("prometheus").GetProperty("endpoint").GetString()!;
        var job = Assert.Single(YamlText.Read("infra/prometheus.yaml").GetProperty("scrape_configs").EnumerateArray().ToArray());
        Assert.Equal($"collector:{shown.Split(':')[1]}", job.GetProperty("static_configs")[0].GetProperty("targets")[0].GetString());
        Assert.True(job.GetProperty("honor_labels").GetBoolean());
        var source = YamlText.Read("infra/grafana/provisioning/datasources/prometheus.yaml").GetProperty("datasources")[0];
        Assert.Equal("http://prometheus:9090", source.GetProperty("url").GetString());
        Assert.Contains(ComposeFile.Words(_compose.Services["prometheus"], "ports"), port => port.EndsWith(":9090", StringComparison.Ordinal));
        var folder = YamlText.Read("infra/grafana/provisioning/dashboards/odiff.yaml").GetProperty("providers")[0].GetProperty("options").GetProperty("path").GetString();
        Assert.Contains($"./infra/grafana/dashboards:{folder}:ro", ComposeFile.Words(_compose.Services["grafana"], "volumes"));
    }

    [Theory]
    [InlineData("infra/collector.yaml")]
    [InlineData("bicep/machine/collector.yaml")]
    public void Pipelines_of_a_collector_name_what_it_has_and_all_of_it(string path)
    {
        var config = YamlText.Read(path);
        var pipelines = config.GetProperty("service").GetProperty("pipelines").EnumerateObject().Select(pipeline => pipeline.Value).ToArray();
        foreach (var kind in (string[])["receivers", "processors", "exporters"])
        {
            var named = pipelines.SelectMany(pipeline => pipeline.TryGetProperty(kind, out var list) ? list.EnumerateArray().ToArray() : [])
                .Select(name => name.GetString()).Distinct(StringComparer.Ordinal);
            Assert.Equal(Names(config, kind), named.Order(StringComparer.Ordinal));
        }

        var extensions = config.GetProperty("service").TryGetProperty("extensions", out var all)
            ? all.EnumerateArray().Select(name => name.GetString()).ToArray()
            : [];
        Assert.Equal(Names(config, "extensions"), extensions);

        static IEnumerable<string> Names(JsonElement config, string kind) => config.TryGetProperty(kind, out var members)
            ? members.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal)
            : [];
    }

    private System.CommandLine.ParseResult Command(string service) =>
        OdiffCommands.Parse(ComposeFile.Words(_compose.Services[service], "command"));
}
