namespace OrleansDiffusion.Tests;

/// <summary>A time that passes when the test says so; timers ring within <see cref="Advance"/>.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Timer> _timers = [];
    private readonly List<(TimeSpan Wait, TaskCompletionSource Armed)> _awaited = [];
    private TimeSpan _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How much has passed.</summary>
    public TimeSpan Now
    {
        get
        {
            lock (_gate)
                return _now;
        }
    }

    public override long GetTimestamp() => Now.Ticks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        lock (_gate)
            _timers.Add(timer);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Completes when somebody waits for that long from now on.</summary>
    public Task Armed(TimeSpan wait)
    {
        lock (_gate)
        {
            if (_timers.Exists(timer => timer.Due == _now + wait))
                return Task.CompletedTask;
            var armed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((wait, armed));
            return armed.Task;
        }
    }

    public void Advance(TimeSpan time)
    {
        Timer[] ringing;
        lock (_gate)
        {
            _now += time;
            ringing = [.. _timers.Where(timer => timer.Due <= _now)];
            foreach (var timer in ringing)
                timer.Due = null;
        }

        foreach (var timer in ringing)
            timer.Ring();
    }

    /// <summary>Lets time pass until a task has ended.</summary>
    public async Task<T> PassUntil<T>(Task<T> task)
    {
        while (!task.IsCompleted)
        {
            Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        return await task;
    }

    private sealed class Timer(ManualTime time, Action callback) : ITimer
    {
        public TimeSpan? Due { get; set; }

        public void Ring() => callback();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : time._now + dueTime;
                foreach (var (_, armed) in time._awaited.Where(awaited => awaited.Wait == dueTime))
                    armed.TrySetResult();
                time._awaited.RemoveAll(awaited => awaited.Wait == dueTime);
            }

            return true;
        }

        public void Dispose()
        {
            lock (time._gate)
                time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
