using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;
using Polly.Timeout;
using OrleansDiffusion.Contracts;

namespace OrleansDiffusion.Client;

/// <summary>How calls are made that may be made twice, as all of a client's may.</summary>
public static class SamplingCalls
{
    /// <summary>Makes a call again, where who carried or answered one was lost under it, and gives every attempt a time.</summary>
    /// <param name="options">How often, with which delays, and how long; the rest is not used.</param>
    /// <param name="time">The clock of delays and timeouts; null for the system's.</param>
    /// <exception cref="OptionsValidationException">Names every option that is out of its range.</exception>
    public static ResiliencePipeline Again(SamplingClientOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        SamplingClientOptionsValidator.Check(options);
        var calls = new ResiliencePipelineBuilder { TimeProvider = time ?? TimeProvider.System };
        if (options.MostAttempts > 1)
        {
            calls.AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = attempt => ValueTask.FromResult(
                    attempt.Outcome.Exception is { } error && IsPassing(error, attempt.Context.CancellationToken)
                    && (options.WaitsWhileBusy || error is not BusyException)),
                MaxRetryAttempts = options.MostAttempts - 1,
                BackoffType = DelayBackoffType.Exponential,
                Delay = options.FirstDelay,
                MaxDelay = options.LongestDelay,
                UseJitter = true,
                DelayGenerator = attempt => ValueTask.FromResult(
                    (attempt.Outcome.Exception as BusyException)?.RetryAfter * (1 + (Random.Shared.NextDouble() / 2))), // not all at once
            });
        }

        return calls.AddTimeout(options.AttemptTimeout).Build();
    }

    /// <summary>Makes a call.</summary>
    /// <param name="calls">How.</param>
    /// <param name="who">Whom it is made to.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="SamplingUnavailableException">It was not answered, however often it was made.</exception>
    internal static async Task<T> Make<T>(
        this ResiliencePipeline calls, string who, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await calls.ExecuteAsync(async token => await call(token).WaitAsync(token), cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or TimeoutRejectedException)
        {
            throw new SamplingUnavailableException($"{who} does not answer", e);
        }
        catch (BusyException e)
        {
            throw new SamplingBusyException($"{who} has too much to do: {e.Message}", e.RetryAfter, e);
        }
        catch (Exception e) when (IsPassing(e, cancellationToken))
        {
            // What is in the way of a store is an IOException, wherever it is kept: it was answered.
            throw new SamplingUnavailableException(
                $"{who} {(e is IOException ? "failed" : "does not answer")}: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>Whether an error is that of a silo or gateway which is gone or busy, or of a call that it left unanswered.</summary>
    /// <param name="error">The error.</param>
    /// <param name="cancellationToken">The caller's.</param>
    internal static bool IsPassing(Exception error, CancellationToken cancellationToken) =>
        Unanswered.Is(error, cancellationToken)
        || error is EnumerationAbortedException or TimeoutRejectedException or HttpRequestException or IOException or BusyException;
}
