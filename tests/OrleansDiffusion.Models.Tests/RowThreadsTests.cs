using System.Collections.Concurrent;
using OrleansDiffusion.Models.Networks;

namespace OrleansDiffusion.Models.Tests;

/// <summary>The threads that the rows of a call are given to.</summary>
public sealed class RowThreadsTests
{
    [Fact]
    public async Task Parts_run_on_the_callers_thread_and_on_none_of_the_pool()
    {
        const int Parts = 64;
        var onPool = new ConcurrentQueue<bool>();

        // A thread of its own calls, as that of a device does.
        await Task.Factory.StartNew(
            () => Parallel.For(
                0, Parts, new ParallelOptions { TaskScheduler = RowThreads.OfProcess },
                _ => onPool.Enqueue(Thread.CurrentThread.IsThreadPoolThread)),
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        Assert.Equal(Enumerable.Repeat(false, Parts), onPool);
    }

    [Fact]
    public async Task Parts_run_at_the_same_time()
    {
        using var together = new Barrier(2);

        await Task.Factory.StartNew(
            () => Parallel.For(
                0, 2, new ParallelOptions { TaskScheduler = RowThreads.OfProcess },
                _ => Assert.True(together.SignalAndWait(TimeSpan.FromMinutes(1)))),
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }
}
