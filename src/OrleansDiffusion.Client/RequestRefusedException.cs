using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Client;

/// <summary>A request that cannot be run.</summary>
/// <param name="refusal">Why.</param>
public sealed class RequestRefusedException(Refusal refusal) : SamplingClientException(
    refusal.Option is { } option ? $"{option} {refusal.Reason}" : refusal.Reason)
{
    /// <summary>The option at fault, as on the command line (<c>block-steps</c>); null where it is the model's files.</summary>
    public string? Option { get; } = refusal.Option;

    /// <summary>What is allowed and what was given, continuing the option's name; or what is wrong with the files.</summary>
    public string Reason { get; } = refusal.Reason;
}
