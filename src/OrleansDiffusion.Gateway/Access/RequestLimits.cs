using OrleansDiffusion.Client;
using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Gateway.Access;

/// <summary>What callers may ask for who are not trusted with the machines: nothing too large, and no files of theirs.</summary>
/// <param name="settings">The limits.</param>
internal sealed class RequestLimits(GatewaySettings settings)
{
    private const int LongestName = 200;

    /// <summary>Throws if a request goes beyond them.</summary>
    /// <exception cref="RequestRefusedException">Names the option and what it may be.</exception>
    public void Check(SamplingRequest request)
    {
        if (!IsName(request.Model))
        {
            throw Refused(
                "model", "must be the name of a model, as GET /v1/models lists them: letters, digits, '.', '-' and '_'");
        }

        if (request.Count > settings.MostCount)
            throw Refused("count", $"must be at most {settings.MostCount}, was {request.Count}");
        if (request.Steps > settings.MostSteps)
            throw Refused("steps", $"must be at most {settings.MostSteps}, was {request.Steps}");
        if (request.Horizon / request.Step > settings.MostSteps)
            throw Refused("step", $"must make at most {settings.MostSteps} steps of the horizon, was {request.Step}");
    }

    // A path would be one of the silos' machines.
    private static bool IsName(string model) => model.Length is > 0 and <= LongestName && model[0] != '.'
        && model.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_');

    private static RequestRefusedException Refused(string option, string reason) => new(new Refusal(option, reason));
}
