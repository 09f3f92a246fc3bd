using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace OrleansDiffusion.Nodes.Devices;

/// <summary>What is measured of the devices; every measurement has the tag <c>device</c>, the device's name.</summary>
public static class DeviceMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "OrleansDiffusion.Nodes";

    private const string Tag = "device";
    private static readonly Meter Meter = new(MeterName);

    private static readonly Histogram<double> CallDuration = Meter.CreateHistogram<double>(
        "odiff.device.call.duration", "s", "How long a model call took, for all that was answered with it.",
        advice: new() { HistogramBucketBoundaries = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10] });

    private static readonly Histogram<int> CallRows = Meter.CreateHistogram<int>(
        "odiff.device.call.rows", "{row}", "Rows that a model call was asked for.",
        advice: new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192] });

    private static readonly Counter<long> Overruns = Meter.CreateCounter<long>(
        "odiff.device.emulation.overruns", "{call}",
        "Calls for which the host needed longer than the device that it emulates.");

    private static readonly ConcurrentDictionary<DeviceExecutor, KeyValuePair<string, object?>> Executors = new();

    static DeviceMetrics() => Meter.CreateObservableGauge(
        "odiff.device.queued", () => Executors.Select(entry => new Measurement<int>(entry.Key.Queued, entry.Value)),
        "{request}", "Requests that wait for the device.");

    internal static void Add(DeviceExecutor executor) => Executors.TryAdd(executor, TagOf(executor.Device));

    internal static void Remove(DeviceExecutor executor) => Executors.TryRemove(executor, out _);

    internal static void Called(Device device, int rows, TimeSpan duration)
    {
        CallDuration.Record(duration.TotalSeconds, TagOf(device));
        CallRows.Record(rows, TagOf(device));
    }

    internal static void Overran(Device device) => Overruns.Add(1, TagOf(device));

    private static KeyValuePair<string, object?> TagOf(Device device) => new(Tag, device.Name);
}
