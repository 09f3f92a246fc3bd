using OrleansDiffusion.Grid.Planning;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Nodes.Planning;

/// <summary>What can be said against a request before its model is opened.</summary>
public static class RequestRules
{
    private const int MostPriority = 10;
    private const int LongestSubmitter = 200;

    private static readonly SamplingRequest Usual = new() { Model = "" };

    /// <summary>Throws if a request cannot be meant for any model.</summary>
    /// <exception cref="InvalidOptionException">Names the option and what it may be.</exception>
    public static void Check(SamplingRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Choices.FinalSigmas.Read(request.FinalSigma);
        if (request.Spacing is not null)
            Choices.Spacings.Read(request.Spacing);
        if (request.Schedule is not null)
            Choices.Schedules.Read(request.Schedule);
        Choices.Picard(request).Validate();
        RequirePositive("count", request.Count);
        RequirePositive("batch", request.Batch);
        CheckItems(request);
        RequirePositive("points-per-node", request.PointsPerNode);
        if (request.Priority is < -MostPriority or > MostPriority)
            throw new InvalidOptionException("priority", $"must be {-MostPriority} to {MostPriority}, was {request.Priority}");
        if (request.Submitter?.Length > LongestSubmitter)
            throw new InvalidOptionException("submitter", $"must have at most {LongestSubmitter} characters, had {request.Submitter.Length}");
        if (request.Blocks is not null && request.BlockSteps is not null)
            throw new InvalidOptionException("blocks", "and --block-steps exclude each other");

        var sampler = Choices.Samplers.Read(request.Sampler);
        foreach (var option in Given(request))
            SamplerRules.RequireTaken(option, sampler);
    }

    // A value that is not the usual one was given; whether a usual one was, a request does not tell.
    private static IEnumerable<string> Given(SamplingRequest request)
    {
        if (request.Steps is not null)
            yield return "steps";
        if (request.Spacing is not null)
            yield return "spacing";
        if (request.FinalSigma != Usual.FinalSigma)
            yield return "final-sigma";
        if (request.Horizon != Usual.Horizon)
            yield return "horizon";
        if (request.BlockLength != Usual.BlockLength)
            yield return "block-length";
        if (request.Step != Usual.Step)
            yield return "step";
        if (request.EarlyStop != Usual.EarlyStop)
            yield return "early-stop";
        if (request.Blocks is not null)
            yield return "blocks";
    }

    private static void CheckItems(SamplingRequest request)
    {
        if (request.Items is not { } items)
            return;
        foreach (var item in items)
            RequirePositive("count", item.Count);
        if (request.Count != items.Sum(item => (long)item.Count))
            throw new InvalidOptionException("count", $"must be that of all items, {items.Sum(item => (long)item.Count)}, was {request.Count}");
        if (request.Seed != Usual.Seed || !request.Labels.IsDefaultOrEmpty || request.Guidance is not null)
            throw new InvalidOptionException("items", "have seeds, labels and guidance of their own; the request may have none");
    }

    private static void RequirePositive(string option, int? value)
    {
        if (value < 1)
            throw new InvalidOptionException(option, $"must be positive, was {value}");
    }
}
