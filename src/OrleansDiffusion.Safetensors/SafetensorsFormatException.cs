namespace OrleansDiffusion.Safetensors;

/// <summary>Bytes that are not a safetensors file. The message is one line, without the file's name.</summary>
/// <param name="message">What is wrong and what is expected.</param>
/// <param name="innerException">The cause, if another component found it.</param>
public sealed class SafetensorsFormatException(string message, Exception? innerException = null)
    : Exception(message, innerException);
