namespace OrleansDiffusion.Client;

/// <summary>The cluster has too much to do, however often it was asked.</summary>
/// <param name="message">Who, and what it said, in one line.</param>
/// <param name="retryAfter">When it is to be asked again; null if it did not say.</param>
/// <param name="innerException">What the last attempt came to.</param>
public sealed class SamplingBusyException(string message, TimeSpan? retryAfter, Exception? innerException = null)
    : SamplingUnavailableException(message, innerException)
{
    /// <summary>When it is to be asked again; null if it did not say.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
