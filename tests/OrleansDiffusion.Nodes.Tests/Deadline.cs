namespace OrleansDiffusion.Nodes.Tests;

/// <summary>Waiting for what must come, whatever else the machine does.</summary>
internal static class Deadline
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    public static Task<T> InTime<T>(this Task<T> task) => task.WaitAsync(Longest, TestContext.Current.CancellationToken);

    public static Task InTime(this Task task) => task.WaitAsync(Longest, TestContext.Current.CancellationToken);

    public static void WaitInTime(this SemaphoreSlim semaphore)
    {
        if (!semaphore.Wait(Longest, TestContext.Current.CancellationToken))
            throw new TimeoutException();
    }

    public static async Task WaitInTimeAsync(this SemaphoreSlim semaphore)
    {
        if (!await semaphore.WaitAsync(Longest, TestContext.Current.CancellationToken))
            throw new TimeoutException();
    }
}
