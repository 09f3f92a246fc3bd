using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Nodes.Tests.Devices;

/// <summary>What an operator sees of a device.</summary>
public sealed class DeviceMetricsTests
{
    private static readonly Device Device = Device.Emulated("metered", TimeSpan.FromMilliseconds(50), TimeSpan.Zero);

    [Fact]
    public async Task Calls_are_measured_once_however_many_they_answer()
    {
        await using var executor = new TestExecutor(Device);
        using var readings = new MeterReadings(executor.Meters);
        var model = new TestModel();

        await Task.WhenAll(executor.Ask(model, "sweep", 2), executor.Ask(model, "sweep", 2)).InTime();

        Assert.Equal(
            [("odiff.device.call.duration", 0.05), ("odiff.device.call.rows", 2 * TestNode.Rows)],
            readings.All.Select(reading => (reading.Name, reading.Value)));
        Assert.All(readings.All, reading => Assert.Equal(["metered"], reading.Tags));
    }

    [Fact]
    public async Task Calls_that_the_host_is_too_slow_for_are_counted()
    {
        await using var executor = new TestExecutor(Device);
        using var readings = new MeterReadings(executor.Meters);
        var model = new TestModel { Before = _ => executor.Time.Advance(TimeSpan.FromMilliseconds(60)) };

        await executor.Ask(model).InTime();

        Assert.Equal([1], readings.Of("odiff.device.emulation.overruns", "metered"));
    }

    [Fact]
    public async Task The_queue_is_shown_as_long_as_the_executor_lives()
    {
        await using var executor = new TestExecutor(Device);
        using var readings = new MeterReadings(executor.Meters);
        var asked = Enumerable.Range(0, 3).Select(_ => executor.Ask(new TestModel(), "sweep", 4)).ToList();

        readings.Observe();
        Assert.Equal([3], readings.Of("odiff.device.queued", "metered"));
        await executor.Executor.DisposeAsync();
        Assert.All(asked, task => Assert.True(task.IsCanceled));

        readings.Observe();
        Assert.Equal([3], readings.Of("odiff.device.queued"));
    }

    // Emulated devices that take as long have one name.
    [Fact]
    public async Task Devices_of_one_name_are_one_in_the_queue()
    {
        await using var executor = new TestExecutor(Device);
        await using var other = new TestExecutor(Device, metrics: executor.Metrics);
        using var readings = new MeterReadings(executor.Meters);
        foreach (var one in (TestExecutor[])[executor, other])
            _ = one.Ask(new TestModel(), "sweep", 2);

        readings.Observe();

        Assert.Equal([2], readings.Of("odiff.device.queued"));
    }
}
