using System.Collections.Concurrent;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Streaming.Tests;

/// <summary>What a consumer grain of this process received. A closed gate holds its delivery up.</summary>
public sealed class Inbox
{
    private static readonly ConcurrentDictionary<string, Inbox> All = new(StringComparer.Ordinal);

    private readonly Lock _lock = new();
    private readonly List<IReadOnlyList<TestEvent>> _deliveries = [];
    private int _begun;
    private TaskCompletionSource _gate = Opened();

    public static Inbox Of(string consumer) => All.GetOrAdd(consumer, _ => new Inbox());

    /// <summary>Deliveries that have begun, also those that wait at the gate.</summary>
    public int Begun => Volatile.Read(ref _begun);

    public IReadOnlyList<IReadOnlyList<TestEvent>> Deliveries
    {
        get
        {
            lock (_lock)
                return [.. _deliveries];
        }
    }

    public IReadOnlyList<TestEvent> Events => [.. Deliveries.SelectMany(events => events)];

    public void Close() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open() => _gate.TrySetResult();

    public async Task ReceiveAsync(IReadOnlyList<TestEvent> events)
    {
        Interlocked.Increment(ref _begun);
        await _gate.Task;
        lock (_lock)
            _deliveries.Add(events);
    }

    public Task Has(int events) => Eventually.Holds(() => Events.Count >= events, $"{events} events");

    private static TaskCompletionSource Opened()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }
}
