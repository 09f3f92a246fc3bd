using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace OrleansDiffusion.Cli.Runs;

/// <summary>How often the calls of a job are made. All of them may be made twice.</summary>
internal static class GridCalls
{
    // A minute where the cluster has no silo left that can answer; minutes where opening a model takes that long.
    private const int Attempts = 30;

    private static readonly TimeSpan LongestAttempt = TimeSpan.FromSeconds(10);

    /// <summary>Once: silos of this process are there as long as it is.</summary>
    public static ResiliencePipeline Once => ResiliencePipeline.Empty;

    /// <summary>Again, where the silo that carried or answered one died under it.</summary>
    public static ResiliencePipeline Again { get; } = new ResiliencePipelineBuilder()
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is { } error && IsPassing(error)),
            MaxRetryAttempts = Attempts,
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromMilliseconds(200),
            MaxDelay = TimeSpan.FromSeconds(2),
            UseJitter = true,
        })
        .AddTimeout(LongestAttempt)
        .Build();

    /// <summary>Makes a call.</summary>
    /// <exception cref="SamplingFailedException">It was not answered, however often it was made.</exception>
    public static async Task<T> Make<T>(
        this ResiliencePipeline calls, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await calls.ExecuteAsync(async token => await call(token).WaitAsync(token), cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or TimeoutRejectedException)
        {
            throw new SamplingFailedException("the cluster does not answer any more");
        }
    }

    /// <summary>Whether an error is that of a silo which is gone, or of a call that it left unanswered.</summary>
    public static bool IsPassing(Exception error) =>
        error is OrleansException or TimeoutException or TimeoutRejectedException or EnumerationAbortedException;
}
