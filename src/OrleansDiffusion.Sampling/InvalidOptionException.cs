namespace OrleansDiffusion.Sampling;

/// <summary>An option has a value that cannot be used. The message is one line for the person who set it.</summary>
/// <param name="option">The option's name as on the command line, without dashes in front (<c>block-length</c>).</param>
/// <param name="requirement">What is allowed and what was given, continuing the name: <c>must be …, was …</c>.</param>
public sealed class InvalidOptionException(string option, string requirement)
    : ArgumentException($"{option} {requirement}")
{
    /// <summary>The option's name as on the command line, without dashes in front.</summary>
    public string Option { get; } = option;

    /// <summary>What is allowed and what was given.</summary>
    public string Requirement { get; } = requirement;
}
