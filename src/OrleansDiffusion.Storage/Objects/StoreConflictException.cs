namespace OrleansDiffusion.Storage.Objects;

/// <summary>An object was not as it had to be to be written or deleted; somebody else was first.</summary>
/// <param name="name">The object.</param>
/// <param name="innerException">What the store said, if it was asked.</param>
public sealed class StoreConflictException(string name, Exception? innerException = null)
    : Exception($"'{name}' was changed by somebody else", innerException)
{
    /// <summary>The object.</summary>
    public string Name { get; } = name;
}
