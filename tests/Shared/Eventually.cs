using System.Runtime.CompilerServices;

namespace OrleansDiffusion.Tests;

/// <summary>Waits for what comes about in its own time, with a deadline that only a defect reaches, and says what did not.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until a condition holds.</summary>
    /// <exception cref="TimeoutException">It does not within a minute.</exception>
    public static Task Holds(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string text = "") =>
        Becomes(() => Task.FromResult(condition()), holds => holds, text: text);

    /// <summary>Waits until a task has come to its end.</summary>
    /// <exception cref="TimeoutException">It has not within a minute.</exception>
    public static Task Completes(this Task task) => task.WaitAsync(Deadline, TestContext.Current.CancellationToken);

    /// <summary>Asks until the answer is as it should be.</summary>
    /// <param name="ask">Asks.</param>
    /// <param name="isMet">Whether it is.</param>
    /// <param name="within">How long it may take; null for a minute.</param>
    /// <param name="text">What is waited for.</param>
    /// <returns>That answer.</returns>
    /// <exception cref="TimeoutException">It is not in that time.</exception>
    public static async Task<T> Becomes<T>(
        Func<Task<T>> ask, Func<T, bool> isMet, TimeSpan? within = null,
        [CallerArgumentExpression(nameof(isMet))] string text = "")
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(within ?? Deadline);
        var answer = default(T);
        try
        {
            while (true)
            {
                answer = await ask().WaitAsync(deadline.Token);
                if (isMet(answer))
                    return answer;
                await Task.Delay(Pause, deadline.Token);
            }
        }
        catch (OperationCanceledException e) when (e.CancellationToken == deadline.Token
            && !TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"not within {within ?? Deadline}: {text}; the last answer: {answer}", e);
        }
    }
}
