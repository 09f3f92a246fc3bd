namespace OrleansDiffusion.Contracts.Jobs;

/// <summary>Why a request cannot be run.</summary>
/// <param name="Option">The option that is at fault, as on the command line; null where it is the model's files.</param>
/// <param name="Reason">What is allowed and what was given, continuing the option's name; or what is wrong with the files.</param>
/// <param name="RetryAfter">When it may be asked again; null where that would be of no use.</param>
[GenerateSerializer, Immutable, Alias("odiff.Refusal")]
public sealed record Refusal(
    [property: Id(0)] string? Option, [property: Id(1)] string Reason,
    [property: Id(2)] TimeSpan? RetryAfter = null);
