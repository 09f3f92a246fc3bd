namespace OrleansDiffusion.Client;

/// <summary>The cluster or its gateway did not do it now; later it may.</summary>
/// <param name="message">What it answered with.</param>
/// <param name="retryAfter">When it is to be asked again; null if it did not say.</param>
internal sealed class BusyException(string message, TimeSpan? retryAfter) : Exception(message)
{
    /// <summary>When it is to be asked again; null if it did not say.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
