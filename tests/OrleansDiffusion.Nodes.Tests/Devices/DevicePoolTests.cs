using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Nodes.Tests.Devices;

/// <summary>Which device a batch is evaluated on.</summary>
public sealed class DevicePoolTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    [Fact]
    public async Task Batches_stay_where_they_are_until_they_are_released()
    {
        await using var pool = Pool();
        var executors = pool.Executors;

        Assert.Equal([executors[0], executors[1], executors[2], executors[0]], For(pool, "a", "b", "c", "d"));
        Assert.Equal([executors[1], executors[2]], For(pool, "b", "c"));
        pool.Release("b");
        pool.Release("b");
        pool.Release("unknown");
        Assert.Equal([executors[1], executors[1]], For(pool, "e", "b")[..1].Append(For(pool, "e")[0]));
    }

    [Fact]
    public async Task Of_devices_with_as_many_batches_the_one_with_the_shortest_queue_is_taken()
    {
        await using var pool = Pool();
        using var node = new TestNode();
        var queued = pool.Executors[0].EvaluateAsync(
            new TestModel(), node.Node, node.Active, new EvaluationGroup("sweep", 2), TestContext.Current.CancellationToken);

        Assert.Same(pool.Executors[1], pool.For("a"));
        await pool.DisposeAsync();
        Assert.True(queued.IsCanceled);
    }

    public void Dispose() => _services.Dispose();

    private DevicePool Pool() => new(
        new DeviceOptions { Devices = "emulated:1ms,emulated:1ms,cpu" },
        new DeviceMetrics(_services.GetRequiredService<IMeterFactory>()), new ManualTime());

    private static DeviceExecutor[] For(DevicePool pool, params string[] keys) => [.. keys.Select(pool.For)];
}
