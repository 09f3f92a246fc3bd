using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using OrleansDiffusion.Storage.Objects;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace OrleansDiffusion.Storage.Retries;

/// <summary>Tries what may pass again on another store, and gives every attempt a time.</summary>
/// <remarks>
/// An attempt whose answer was lost may have done its work. The next attempt of a conditional write then finds what it
/// was to write itself, which counts as written.
/// </remarks>
public sealed class RetriedObjectStore : IObjectStore
{
    private readonly IObjectStore _store;
    private readonly ResiliencePipeline _retries;
    private readonly ResiliencePipeline _timeout;

    /// <summary>A store over another one.</summary>
    /// <param name="store">The store; it tries once.</param>
    /// <param name="options">How often, with which delays, and how long; the rest is not used.</param>
    /// <param name="logger">Told of attempts that failed.</param>
    /// <param name="time">The clock of delays and timeouts.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">
    /// Names every option that is out of its range.</exception>
    public RetriedObjectStore(IObjectStore store, StorageOptions options, ILogger logger, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(logger);
        ArgumentNullException.ThrowIfNull(time);
        StorageOptionsValidator.Check(options);
        _store = store;
        _retries = Retries(options, logger, time);
        _timeout = new ResiliencePipelineBuilder { TimeProvider = time }.AddTimeout(options.AttemptTimeout).Build();
    }

    /// <inheritdoc/>
    public Task<StoredObject?> Read(string name, CancellationToken cancellationToken) =>
        Try($"read '{name}'", (_, token) => _store.Read(name, token), cancellationToken);

    /// <inheritdoc/>
    public Task<string> Write(
        string name, ReadOnlyMemory<byte> content, WriteCondition condition, CancellationToken cancellationToken) =>
        Try(
            $"write '{name}'",
            async (isFirst, token) =>
            {
                try
                {
                    return await _store.Write(name, content, condition, token);
                }
                catch (StoreConflictException) when (!isFirst)
                {
                    var there = await _store.Read(name, token);
                    if (there is null || !there.Content.Span.SequenceEqual(content.Span))
                        throw;
                    return there.Version;
                }
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task Delete(string name, CancellationToken cancellationToken) =>
        Try($"delete '{name}'", (_, token) => Done(_store.Delete(name, token)), cancellationToken);

    /// <inheritdoc/>
    public Task Delete(string name, string version, CancellationToken cancellationToken) =>
        Try($"delete '{name}'", (_, token) => Done(_store.Delete(name, version, token)), cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> List(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var names = await Try(
            $"list '{prefix}'", async (_, token) => await _store.List(prefix, token).ToListAsync(token), cancellationToken);
        foreach (var name in names)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return name;
        }
    }

    private static ResiliencePipeline Retries(StorageOptions options, ILogger logger, TimeProvider time)
    {
        if (options.MostAttempts == 1)
            return ResiliencePipeline.Empty;
        var retries = new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<StoreException>(e => e.MayPass),
            MaxRetryAttempts = options.MostAttempts - 1,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = options.FirstDelay,
            MaxDelay = options.LongestDelay,
            OnRetry = retry =>
            {
                logger.AttemptFailed(
                    retry.AttemptNumber + 1, options.MostAttempts, retry.RetryDelay, retry.Outcome.Exception?.Message);
                return default;
            },
        };
        return new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(retries).Build();
    }

    private static async Task<bool> Done(Task task)
    {
        await task;
        return true;
    }

    private async Task<T> Try<T>(
        string what, Func<bool, CancellationToken, Task<T>> attempt, CancellationToken cancellationToken)
    {
        var attempts = 0;
        return await _retries.ExecuteAsync(
            async token => await TryOnce(what, inTime => attempt(attempts++ == 0, inTime), token), cancellationToken);
    }

    private async Task<T> TryOnce<T>(
        string what, Func<CancellationToken, Task<T>> attempt, CancellationToken cancellationToken)
    {
        try
        {
            return await _timeout.ExecuteAsync(async token => await attempt(token), cancellationToken);
        }
        catch (TimeoutRejectedException e)
        {
            throw new StoreException($"cannot {what}: no answer within {e.Timeout}", mayPass: true, e);
        }
    }
}
