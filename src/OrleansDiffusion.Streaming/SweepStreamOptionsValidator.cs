using Microsoft.Extensions.Options;

namespace OrleansDiffusion.Streaming;

/// <summary>Lets a silo refuse to start with options of a provider that are out of their range.</summary>
internal sealed class SweepStreamOptionsValidator(string provider, IOptionsMonitor<SweepStreamOptions> options)
    : IConfigurationValidator
{
    public void ValidateConfiguration() => options.Get(provider).Validate(provider);
}
