namespace OrleansDiffusion.Contracts.Jobs;

/// <summary>What callers may ask for who are not trusted with the machines: nothing too large, and no files of theirs.</summary>
/// <param name="MostCount">Most samples.</param>
/// <param name="MostSteps">Most steps of a sample.</param>
[GenerateSerializer, Immutable, Alias("odiff.RequestLimits")]
public sealed record RequestLimits([property: Id(0)] int MostCount, [property: Id(1)] int MostSteps)
{
    private const int LongestName = 200;

    /// <summary>How a request goes beyond them; null if it does not.</summary>
    public Refusal? Mistake(SamplingRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!IsName(request.Model))
        {
            return new Refusal(
                "model", "must be the name of a model, as GET /v1/models lists them: letters, digits, '.', '-' and '_'");
        }

        if (request.Count > MostCount)
            return new Refusal("count", $"must be at most {MostCount}, was {request.Count}");
        if (request.Steps > MostSteps)
            return new Refusal("steps", $"must be at most {MostSteps}, was {request.Steps}");
        return request.Horizon / request.Step > MostSteps
            ? new Refusal("step", $"must make at most {MostSteps} steps of the horizon, was {request.Step}")
            : null;
    }

    // A path would be one of the silos' machines.
    private static bool IsName(string model) => model.Length is > 0 and <= LongestName && model[0] != '.'
        && model.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_');
}
