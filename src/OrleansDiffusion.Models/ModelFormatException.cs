namespace OrleansDiffusion.Models;

/// <summary>A model file that cannot be used. The message is one line and names the file where there is one.</summary>
/// <param name="message">What is wrong and what is expected.</param>
/// <param name="innerException">The cause, if another component found it.</param>
public sealed class ModelFormatException(string message, Exception? innerException = null)
    : Exception(message, innerException);
