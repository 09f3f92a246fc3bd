using System.Net;

namespace OrleansDiffusion.Client.Http;

/// <summary>The gateway did not do it now; later it may.</summary>
/// <param name="status">What it answered with.</param>
/// <param name="retryAfter">When it is to be asked again; null if it did not say.</param>
internal sealed class BusyException(HttpStatusCode status, TimeSpan? retryAfter)
    : Exception($"it answers {(int)status} {status}")
{
    /// <summary>When it is to be asked again; null if it did not say.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
