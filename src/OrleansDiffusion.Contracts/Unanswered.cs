namespace OrleansDiffusion.Contracts;

/// <summary>Calls that failed by a silo or by what carried them, and not by what was asked: they may be made again.</summary>
public static class Unanswered
{
    /// <summary>
    /// Whether an error is that of such a call: it was lost or late, or a silo gave it up, as its directory does while silos come
    /// or go.
    /// </summary>
    /// <param name="error">The error.</param>
    /// <param name="cancellationToken">The caller's: what was cancelled without it, a silo gave up.</param>
    public static bool Is(Exception error, CancellationToken cancellationToken = default) =>
        error is OrleansException or TimeoutException
        || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested);
}
