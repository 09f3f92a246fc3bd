using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace OrleansDiffusion.Nodes.Devices;

/// <summary>What is measured of a silo's devices; every measurement has the tag <c>device</c>, the device's name.</summary>
public sealed class DeviceMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "OrleansDiffusion.Nodes";

    private const string Tag = "device";

    private readonly Histogram<double> _callDuration;
    private readonly Histogram<int> _callRows;
    private readonly Counter<long> _overruns;
    private readonly ConcurrentDictionary<DeviceExecutor, Device> _executors = new();

    /// <param name="meters">Makes the meter.</param>
    public DeviceMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(MeterName);
        _callDuration = meter.CreateHistogram<double>(
            "odiff.device.call.duration", "s",
            "How long a model call took, for all that was answered with it; in sum, how long the device was busy.",
            advice: new() { HistogramBucketBoundaries = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10] });
        _callRows = meter.CreateHistogram<int>(
            "odiff.device.call.rows", "{row}", "Rows that a model call was asked for.",
            advice: new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192] });
        _overruns = meter.CreateCounter<long>(
            "odiff.device.emulation.overruns", "{call}",
            "Calls for which the host needed longer than the device that it emulates.");
        meter.CreateObservableGauge("odiff.device.queued", Queued, "{request}", "Requests that wait for the device.");
    }

    internal void Add(DeviceExecutor executor)
    {
        _executors.TryAdd(executor, executor.Device);
        if (executor.Device.IsEmulated)
            _overruns.Add(0, TagOf(executor.Device));
    }

    internal void Remove(DeviceExecutor executor) => _executors.TryRemove(executor, out _);

    internal void Called(Device device, int rows, TimeSpan duration)
    {
        _callDuration.Record(duration.TotalSeconds, TagOf(device));
        _callRows.Record(rows, TagOf(device));
    }

    internal void Overran(Device device) => _overruns.Add(1, TagOf(device));

    // Devices that are emulated may have one name.
    private IEnumerable<Measurement<int>> Queued() => _executors.GroupBy(entry => entry.Value.Name)
        .Select(device => new Measurement<int>(device.Sum(entry => entry.Key.Queued), TagOf(device.First().Value)));

    private static KeyValuePair<string, object?> TagOf(Device device) => new(Tag, device.Name);
}
