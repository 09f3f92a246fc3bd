using System.Text.Json;
using OrleansDiffusion.Cli.Tests;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Deployment.Tests.Machines;

/// <summary>How a machine tells what its devices have to do, which the pool is scaled by.</summary>
public sealed class QueueTests : IAsyncDisposable
{
    private readonly FakePrograms _programs = new();
    private readonly FakeAzure _azure = new();

    public async ValueTask DisposeAsync()
    {
        await _azure.DisposeAsync();
        _programs.Dispose();
    }

    [Fact]
    public async Task The_queues_of_all_devices_become_a_metric_of_the_scale_set()
    {
        _azure.Metrics = """
            # TYPE odiff_device_queued gauge
            odiff_device_queued{device="cuda:0",instance="10.20.2.4:11111",job="odiff/odiff-silo"} 3
            odiff_device_queued{device="cuda:0",instance="10.20.2.4:11112",job="odiff/odiff-silo"} 12
            odiff_device_queued_other 100

            """;

        var result = await Report();

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        var (path, authorization, body) = Assert.Single(_azure.Posted);
        Assert.Equal("/subscriptions/s/resourceGroups/grid/providers/Microsoft.Compute/virtualMachineScaleSets/odiff-compute/metrics", path);
        Assert.Equal("Bearer token-of-me-for-https://monitoring.azure.com/", authorization);
        using var document = JsonDocument.Parse(body);
        var data = document.RootElement.GetProperty("data").GetProperty("baseData");
        Assert.Equal(("queued", "odiff"), (data.GetProperty("metric").GetString(), data.GetProperty("namespace").GetString()));
        Assert.Equal("""[{"min":3,"max":12,"sum":15,"count":2}]""", data.GetProperty("series").GetRawText());
        Assert.InRange(document.RootElement.GetProperty("time").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task Nothing_is_told_before_a_silo_has()
    {
        _azure.Metrics = "# nothing yet\n";

        Assert.Equal(0, (await Report()).ExitCode);
        Assert.Empty(_azure.Posted);
    }

    private Task<ChildResult> Report() => _programs.Run(
        Path.Combine(Repository.Root, "bicep", "machine", "report-queue.sh"), [],
        new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["AZURE_CLIENT_ID"] = "me",
            ["ODIFF_METADATA"] = _azure.Address,
            ["ODIFF_COLLECTOR"] = _azure.Address,
            ["ODIFF_MONITORING"] = _azure.Address,
        });
}
