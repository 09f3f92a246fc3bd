using Microsoft.Extensions.Logging;

namespace OrleansDiffusion.Nodes.Devices;

/// <summary>The devices of a silo. A batch is evaluated on one of them, where its groups can come together.</summary>
/// <remarks>Safe for concurrent use.</remarks>
public sealed class DevicePool : IAsyncDisposable
{
    private readonly DeviceExecutor[] _executors;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, DeviceExecutor> _executorOf = [];
    private readonly Dictionary<DeviceExecutor, int> _keys; // how many each has

    /// <summary>Starts an executor for every device.</summary>
    /// <param name="options">The devices, and the bounds of their queues.</param>
    /// <param name="metrics">For the executors.</param>
    /// <param name="time">The time; null for the system's.</param>
    /// <param name="logger">For the executors.</param>
    /// <exception cref="Sampling.InvalidOptionException">An option is out of its range.</exception>
    public DevicePool(
        DeviceOptions options, DeviceMetrics metrics, TimeProvider? time = null, ILogger<DeviceExecutor>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _executors = [.. options.Validate().Select(device => new DeviceExecutor(device, options, metrics, time, logger))];
        _keys = _executors.ToDictionary(executor => executor, _ => 0);
    }

    /// <summary>All executors, in the order of their devices.</summary>
    public IReadOnlyList<DeviceExecutor> Executors => _executors;

    /// <summary>
    /// The executor of a batch, the same until it is released. At first the one with the fewest batches, of several the
    /// one with the shortest queue, of several the first.
    /// </summary>
    /// <param name="key">What stands for the batch.</param>
    public DeviceExecutor For(string key)
    {
        lock (_gate)
        {
            if (_executorOf.TryGetValue(key, out var executor))
                return executor;
            executor = _executors.MinBy(candidate => (_keys[candidate], candidate.Queued))!;
            _keys[executor]++;
            return _executorOf[key] = executor;
        }
    }

    /// <summary>Forgets a batch; nothing if it is not known.</summary>
    /// <param name="key">What stands for the batch.</param>
    public void Release(string key)
    {
        lock (_gate)
        {
            if (_executorOf.Remove(key, out var executor))
                _keys[executor]--;
        }
    }

    /// <summary>Ends all executors.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var ending in _executors.Select(executor => executor.DisposeAsync()).ToList())
            await ending;
    }
}
