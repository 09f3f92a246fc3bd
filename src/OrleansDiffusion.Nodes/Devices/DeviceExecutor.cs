using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Picard;

namespace OrleansDiffusion.Nodes.Devices;

/// <summary>
/// The one place where models are evaluated on a device, by a thread of its own. What is asked for at the same time, by
/// whatever jobs, is evaluated together.
/// </summary>
/// <remarks>
/// <para>Requests come in groups that announce their size. The groups of a model that have begun to come are waited
/// for, and no longer once they are complete: nothing more is expected then. Models take turns.</para>
/// <para>Safe for concurrent use. What awaits an answer never runs on the device's thread, and a model never on
/// another.</para>
/// </remarks>
public sealed partial class DeviceExecutor : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IWait _wait;
    private readonly DeviceMetrics _metrics;
    private readonly ITimer _alarm;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly object _gate = new(); // of all that follows
    private readonly RequestQueue _queue;
    private DeviceCall? _call;
    private bool _isDisposed;
    private long _busySince;     // where there is a call
    private TimeSpan _busyTime;  // of the calls before
    private long _calls; // of the device's thread alone

    /// <summary>An executor, whose thread starts at once.</summary>
    /// <param name="device">The device; nothing else may use it.</param>
    /// <param name="options">Bounds of the queue and of waiting.</param>
    /// <param name="metrics">Told of its calls; shows its queue.</param>
    /// <param name="time">The time; null for the system's.</param>
    /// <param name="logger">Told of groups that stay incomplete and of calls that fail.</param>
    /// <exception cref="InvalidOptionException">An option is out of its range.</exception>
    public DeviceExecutor(
        Device device, DeviceOptions options, DeviceMetrics metrics, TimeProvider? time = null,
        ILogger<DeviceExecutor>? logger = null)
        : this(device, options, metrics, time ?? TimeProvider.System, logger, new PreciseWait())
    {
    }

    internal DeviceExecutor(
        Device device, DeviceOptions options, DeviceMetrics metrics, TimeProvider time, ILogger<DeviceExecutor>? logger,
        IWait wait)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(metrics);
        options.ValidateBounds();
        Device = device;
        _time = time;
        _logger = logger ?? NullLogger<DeviceExecutor>.Instance;
        _wait = wait;
        _metrics = metrics;
        _queue = new RequestQueue(options.MostQueued, options.GroupWait, time);
        _alarm = time.CreateTimer(_ => Wake(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _metrics.Add(this);
        new Thread(Work) { Name = $"device {device}", IsBackground = true }.Start();
    }

    /// <summary>The device.</summary>
    public Device Device { get; }

    /// <summary>Requests that wait to be answered, without those that are being answered.</summary>
    public int Queued
    {
        get
        {
            lock (_gate)
                return _queue.Count;
        }
    }

    /// <summary>How long it has been answering requests in all, up to now.</summary>
    public TimeSpan BusyTime
    {
        get
        {
            lock (_gate)
                return _call is null ? _busyTime : _busyTime + _time.GetElapsedTime(_busySince);
        }
    }

    /// <summary>
    /// Evaluates a model at the points of a node that moved since it last was, together with the rest of its group.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="node">
    /// The node. It belongs to the device until the task ends, whether or not it is cancelled; only its iterates may be written.
    /// </param>
    /// <param name="active">For every sample, whether it is still being swept; not changed until the task ends.</param>
    /// <param name="group">What it is evaluated with. A node at which nothing is due counts too.</param>
    /// <param name="cancellationToken">
    /// Withdraws the request; its group goes on without it. A call of the model that has begun is waited for, and its
    /// answer returned; only where nobody asks for any answer of a round it ends between two calls.
    /// </param>
    /// <returns>What was evaluated.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled, or the executor is disposed of.</exception>
    /// <exception cref="ObjectDisposedException">The executor was disposed of.</exception>
    public Task<EvaluationOutcome> EvaluateAsync(
        IDenoiser model, PicardNode node, bool[] active, EvaluationGroup group,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(active);
        ArgumentException.ThrowIfNullOrEmpty(group.Key, nameof(group));
        ArgumentOutOfRangeException.ThrowIfLessThan(group.Size, 1, nameof(group));

        // Registered before the device's thread may see it; one that is cancelled already says so at once.
        var request = new EvaluationRequest(model, node, active, group, cancellationToken);
        request.Registration = cancellationToken.UnsafeRegister(_ => Withdraw(request), state: null);
        lock (_gate)
        {
            if (_isDisposed)
            {
                request.Registration.Unregister();
                throw new ObjectDisposedException(nameof(DeviceExecutor));
            }

            if (request.State == RequestState.Outside)
                _queue.Add(request);
            Monitor.Pulse(_gate);
        }

        return request.Outcome;
    }

    /// <summary>
    /// Cancels what waits, lets the model return if it is being called, and ends the thread.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        IReadOnlyList<EvaluationRequest> left;
        lock (_gate)
        {
            _isDisposed = true;
            _call?.Cancel();
            left = _queue.Clear();
            foreach (var request in left)
                request.State = RequestState.Done;
            Monitor.Pulse(_gate);
        }

        foreach (var request in left)
        {
            request.Registration.Unregister();
            request.Cancel();
        }

        await _ended.Task;
        await _alarm.DisposeAsync();
        _metrics.Remove(this);
    }

    private void Withdraw(EvaluationRequest request)
    {
        lock (_gate)
        {
            switch (request.State)
            {
                case RequestState.Running:
                    _call!.Abandon(request);
                    return;
                case RequestState.Abandoned or RequestState.Done:
                    return;
                default:
                    _queue.Remove(request);
                    Monitor.Pulse(_gate);
                    break;
            }
        }

        request.Cancel();
    }

    private void Wake()
    {
        lock (_gate)
            Monitor.Pulse(_gate);
    }

    private void Work()
    {
        while (NextCall() is { } call)
        {
            Answer(call.Groups, call.Token);
            lock (_gate)
            {
                _busyTime += _time.GetElapsedTime(_busySince);
                _call = null;
            }

            call.Dispose();
        }

        _ended.SetResult();
    }

    // Waits until there is something to do; null at the end.
    private DeviceCall? NextCall()
    {
        lock (_gate)
        {
            while (!_isDisposed)
            {
                if (_queue.Take() is { Count: > 0 } groups)
                {
                    _busySince = _time.GetTimestamp();
                    return _call = new DeviceCall(groups);
                }

                if (SetAlarm())
                    Monitor.Wait(_gate);
            }

            return null;
        }
    }

    // Says whether it will ring: it does not where the time came while it was set.
    private bool SetAlarm()
    {
        if (_queue.UntilNext is not { } wait)
            return true;
        _alarm.Change(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(wait.TotalMilliseconds))), Timeout.InfiniteTimeSpan);
        return _queue.UntilNext > TimeSpan.Zero;
    }

    // Together; but where that fails each group alone, so that none fails for another.
    private void Answer(IReadOnlyList<QueuedGroup> groups, CancellationToken cancellationToken)
    {
        EvaluationRequest[] requests = [.. groups.SelectMany(group => group.Members)];
        try
        {
            Evaluate(groups, requests, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Finish(requests, request => request.Cancel());
        }
        catch (Exception e) when (groups.Count > 1)
        {
            LogApart(Device, groups.Count, e);
            foreach (var group in groups)
                Answer([group], cancellationToken);
        }
        catch (Exception e)
        {
            LogFailed(Device, groups[0].Key.Key, e);
            Finish(requests, request => request.Fail(e));
        }
    }

    private void Evaluate(
        IReadOnlyList<QueuedGroup> groups, EvaluationRequest[] requests, CancellationToken cancellationToken)
    {
        foreach (var group in groups.Where(group => !group.IsComplete))
            LogIncomplete(Device, group.Key.Key, group.Missing);
        var started = _time.GetTimestamp();
        if (Device.IsEmulated && requests.Any(request => request.Node.IsDue(request.Active)))
            LetMessagesPass(cancellationToken);
        var model = Device.NanCalls.Include(_calls + 1) ? new NanDenoiser(groups[0].Model) : groups[0].Model;
        var rows = new Evaluation(model).Ask(
            [.. requests.Select(request => (request.Node, request.Active))], cancellationToken);
        var total = rows.Sum();
        if (total == 0)
        {
            Finish(requests, request => request.Answer(new EvaluationOutcome(0, TimeSpan.Zero, 0)));
            return;
        }

        if (Device.IsEmulated)
            Emulate(total, started, cancellationToken);
        var (duration, call) = (_time.GetElapsedTime(started), ++_calls);
        _metrics.Called(Device, total, duration);
        var next = 0;
        Finish(requests, request => request.Answer(new EvaluationOutcome(rows[next++], duration, call)));
    }

    // An accelerator leaves the processor to others. So its emulation answers not at once, when the other silos, which may
    // share the processor, are still told to sweep.
    private void LetMessagesPass(CancellationToken cancellationToken)
    {
        if (Device.CallTime > TimeSpan.Zero)
            _wait.For(Device.CallTime / 4, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void Emulate(int rows, long started, CancellationToken cancellationToken)
    {
        var left = Device.CallTime + (rows * Device.RowTime) - _time.GetElapsedTime(started);
        if (left > TimeSpan.Zero)
            _wait.For(left, cancellationToken);
        else
            _metrics.Overran(Device);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void Finish(EvaluationRequest[] requests, Action<EvaluationRequest> end)
    {
        lock (_gate)
        {
            foreach (var request in requests)
                _call!.Finish(request);
        }

        foreach (var request in requests)
        {
            request.Registration.Unregister();
            end(request);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Device {Device} evaluates group {Group} without {Missing} members that have not come")]
    private partial void LogIncomplete(Device device, string group, int missing);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Device {Device} evaluates {Groups} groups one by one because they failed together")]
    private partial void LogApart(Device device, int groups, Exception error);

    [LoggerMessage(Level = LogLevel.Error, Message = "Device {Device} cannot evaluate group {Group}")]
    private partial void LogFailed(Device device, string group, Exception error);
}
