using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using OrleansDiffusion.Nodes.Devices;

namespace OrleansDiffusion.Nodes.Tests.Devices;

/// <summary>What an operator sees of a device.</summary>
public sealed class DeviceMetricsTests : IDisposable
{
    // A name that no other test has: the meter is that of the process.
    private static readonly Device Device = Device.Emulated("metered", TimeSpan.FromMilliseconds(50), TimeSpan.Zero);

    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Name, double Value)> _measured = new();

    public DeviceMetricsTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "OrleansDiffusion.Nodes")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task Calls_are_measured_once_however_many_they_answer()
    {
        await using var executor = new TestExecutor(Device);
        var model = new TestModel();

        await Task.WhenAll(executor.Ask(model, "sweep", 2), executor.Ask(model, "sweep", 2)).InTime();

        Assert.Equal(
            [("odiff.device.call.duration", 0.05), ("odiff.device.call.rows", 2 * TestNode.Rows)], _measured);
    }

    [Fact]
    public async Task Calls_that_the_host_is_too_slow_for_are_counted()
    {
        await using var executor = new TestExecutor(Device);
        var model = new TestModel { Before = _ => executor.Time.Advance(TimeSpan.FromMilliseconds(60)) };

        await executor.Ask(model).InTime();

        Assert.Contains(("odiff.device.emulation.overruns", 1), _measured);
    }

    [Fact]
    public async Task The_queue_is_shown_as_long_as_the_executor_lives()
    {
        await using (var executor = new TestExecutor(Device))
        {
            var asked = Enumerable.Range(0, 3).Select(_ => executor.Ask(new TestModel(), "sweep", 4)).ToList();
            _listener.RecordObservableInstruments();
            Assert.Equal([("odiff.device.queued", 3)], _measured);
            await executor.Executor.DisposeAsync();
            Assert.All(asked, task => Assert.True(task.IsCanceled));
        }

        _measured.Clear();
        _listener.RecordObservableInstruments();
        Assert.Empty(_measured);
    }

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var (name, tag) in tags)
        {
            if (name == "device" && tag is "metered")
                _measured.Enqueue((instrument.Name, value));
        }
    }
}
