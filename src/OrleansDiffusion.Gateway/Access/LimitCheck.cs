using OrleansDiffusion.Client;
using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Gateway.Access;

/// <summary>Refuses what goes beyond a gateway's limits.</summary>
/// <param name="settings">The limits.</param>
internal sealed class LimitCheck(GatewaySettings settings)
{
    /// <summary>The limits.</summary>
    public RequestLimits Limits { get; } = new(settings.MostCount, settings.MostSteps);

    /// <summary>Throws if a request goes beyond them.</summary>
    /// <exception cref="RequestRefusedException">Names the option and what it may be.</exception>
    public void Check(SamplingRequest request)
    {
        if (Limits.Mistake(request) is { } mistake)
            throw new RequestRefusedException(mistake);
    }
}
