namespace OrleansDiffusion.Storage.Objects;

/// <summary>What a store holds under a name is missing or not what belongs there.</summary>
/// <param name="name">The object.</param>
/// <param name="what">What is wrong, continuing the name: <c>is missing</c>.</param>
/// <param name="innerException">The cause, if another component found it.</param>
public sealed class BrokenObjectException(string name, string what, Exception? innerException = null)
    : Exception($"'{name}' {what}", innerException)
{
    /// <summary>The object.</summary>
    public string Name { get; } = name;
}
