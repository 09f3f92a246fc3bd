using System.Collections.Concurrent;

namespace OrleansDiffusion.Models.Networks;

/// <summary>
/// Threads for the rows of a network's call, one for each core but that of the caller, who takes a part too. The
/// thread pool stays free for what must not wait for a model: a call keeps every core busy for as long as it takes.
/// </summary>
internal sealed class RowThreads : TaskScheduler
{
    private static readonly Lazy<RowThreads> Started = new(() => new RowThreads(Environment.ProcessorCount - 1));

    private readonly BlockingCollection<Task> _tasks = [];
    private readonly int _threads;

    private RowThreads(int threads)
    {
        _threads = Math.Max(1, threads);
        for (var i = 0; i < _threads; i++)
            new Thread(Work) { Name = $"rows {i}", IsBackground = true }.Start();
    }

    /// <summary>Those of the process, which start when they are first asked for.</summary>
    public static RowThreads OfProcess => Started.Value;

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => _threads + 1;

    /// <inheritdoc/>
    protected override void QueueTask(Task task) => _tasks.Add(task);

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && TryExecuteTask(task);

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => [.. _tasks];

    private void Work()
    {
        foreach (var task in _tasks.GetConsumingEnumerable())
            TryExecuteTask(task);
    }
}
