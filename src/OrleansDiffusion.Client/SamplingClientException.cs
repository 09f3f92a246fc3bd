namespace OrleansDiffusion.Client;

/// <summary>What was asked for was not done. The message is one line.</summary>
/// <param name="message">Why.</param>
/// <param name="innerException">The cause.</param>
public class SamplingClientException(string message, Exception? innerException = null) : Exception(message, innerException);
