namespace OrleansDiffusion.Client.Http;

/// <summary>What a gateway says of a request that it did not do, in <c>application/problem+json</c>.</summary>
/// <param name="Title">What kind of problem it is.</param>
/// <param name="Detail">What was wrong, in one line.</param>
/// <param name="Option">The option that is at fault, as on the command line; null if it is none.</param>
/// <param name="Reason">What is allowed and what was given, continuing the option's name; null if it is no option.</param>
internal sealed record Problem(string? Title, string? Detail, string? Option, string? Reason);
