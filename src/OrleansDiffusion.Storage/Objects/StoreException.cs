namespace OrleansDiffusion.Storage.Objects;

/// <summary>A store failed. The message is one line and names the object or the store.</summary>
/// <param name="message">What failed and why.</param>
/// <param name="mayPass">Whether trying again may help: not for a full disk, nor where access is refused.</param>
/// <param name="innerException">The cause.</param>
public sealed class StoreException(string message, bool mayPass, Exception? innerException = null)
    : IOException(message, innerException)
{
    /// <summary>Whether trying again may help.</summary>
    public bool MayPass { get; } = mayPass;
}
