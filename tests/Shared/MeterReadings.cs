using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace OrleansDiffusion.Tests;

/// <summary>What the meters of some factories measure, and of no other in the process.</summary>
internal sealed class MeterReadings : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<Reading> _readings = new();
    private readonly ConcurrentQueue<Instrument> _instruments = new();

    public MeterReadings(params IMeterFactory[] factories)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!factories.Contains(instrument.Meter.Scope))
                return;
            _instruments.Enqueue(instrument);
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>All instruments, whether or not they have measured anything.</summary>
    public IReadOnlyCollection<Instrument> Instruments => _instruments;

    /// <summary>All that was measured, in order.</summary>
    public IReadOnlyCollection<Reading> All => _readings;

    /// <summary>The values of an instrument, in order.</summary>
    /// <param name="name">The instrument.</param>
    /// <param name="tag">The value of one of the tags; null for any.</param>
    public IReadOnlyList<double> Of(string name, string? tag = null) =>
    [
        .. _readings.Where(reading => reading.Name == name && (tag is null || reading.Tags.Contains(tag)))
            .Select(reading => reading.Value),
    ];

    /// <summary>Reads the gauges.</summary>
    public void Observe() => _listener.RecordObservableInstruments();

    public void Dispose() => _listener.Dispose();

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var texts = new List<string>();
        foreach (var tag in tags)
            texts.Add($"{tag.Value}");
        _readings.Enqueue(new Reading(instrument.Name, value, texts));
    }

    /// <summary>A measurement.</summary>
    internal sealed record Reading(string Name, double Value, IReadOnlyList<string> Tags);
}
