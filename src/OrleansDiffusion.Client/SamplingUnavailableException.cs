namespace OrleansDiffusion.Client;

/// <summary>The cluster or its gateway does not answer, or its store failed, however often it was tried.</summary>
/// <param name="message">Who, in one line.</param>
/// <param name="innerException">What the last attempt came to.</param>
public class SamplingUnavailableException(string message, Exception? innerException = null)
    : SamplingClientException(message, innerException);
