using Microsoft.Extensions.Logging;

namespace OrleansDiffusion.Storage.Retries;

internal static partial class RetryLog
{
    [LoggerMessage(LogLevel.Warning, "The store failed, attempt {Attempt} of {MostAttempts}; the next one in {Delay}: {Reason}")]
    public static partial void AttemptFailed(
        this ILogger logger, int attempt, int mostAttempts, TimeSpan delay, string? reason);
}
