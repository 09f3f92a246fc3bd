using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace OrleansDiffusion.Streaming.Tests;

/// <summary>Conditions that become true in other threads, with a deadline that only a defect reaches.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public static async Task Holds(
        Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        for (var clock = Stopwatch.StartNew(); !condition();)
        {
            Assert.True(clock.Elapsed < Deadline, $"within {Deadline}: {what}");
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }

    public static async Task HoldsAsync(
        Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        for (var clock = Stopwatch.StartNew(); !await condition();)
        {
            Assert.True(clock.Elapsed < Deadline, $"within {Deadline}: {what}");
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }

    public static Task Completes(this Task task) => task.WaitAsync(Deadline, TestContext.Current.CancellationToken);
}
