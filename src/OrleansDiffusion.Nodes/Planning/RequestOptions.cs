using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Grid.Planning;
using OrleansDiffusion.Models;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Schedules;

namespace OrleansDiffusion.Nodes.Planning;

/// <summary>A request in the samplers' own terms.</summary>
internal static class RequestOptions
{
    private static readonly OuSchedule Ou = new();

    /// <summary>The grid, as the model has it where nothing else is asked for; a block cut only if one is given.</summary>
    public static TimelineOptions Timeline(SamplingRequest request, Model model)
    {
        var ofModel = model.Timeline ?? new TimelineOptions();
        var steps = request.Steps ?? ofModel.Steps;
        return ofModel with
        {
            Sampler = Choices.Samplers.Read(request.Sampler),
            Steps = steps,
            Spacing = request.Spacing is null ? ofModel.Spacing : Choices.Spacings.Read(request.Spacing),
            Eta = request.Eta,
            FinalSigma = Choices.FinalSigmas.Read(request.FinalSigma),
            Horizon = request.Horizon,
            BlockLength = request.BlockLength,
            Step = request.Step,
            EarlyStop = request.EarlyStop,
            CorrectorSteps = request.CorrectorSteps,
            BlockSteps = request.Blocks is { } blocks ? BlockSteps(blocks, steps) : request.BlockSteps,
        };
    }

    /// <summary>The schedule that the sampler walks: the model's, else the one asked for, else the OU process.</summary>
    public static VariancePreservingSchedule Schedule(SamplingRequest request, Model model)
    {
        if (model.Schedule is null)
        {
            return request.Schedule is null && Choices.Samplers.Read(request.Sampler).IsPiadm()
                ? Ou
                : Choices.Schedules.Read(request.Schedule ?? Choices.Schedules.Names[0]);
        }

        if (request.Schedule is not null)
            throw new InvalidOptionException("schedule", $"is given by the model {model.Name}: {model.Schedule.Name}");
        return model.Schedule;
    }

    private static int BlockSteps(int blocks, int steps)
    {
        if (blocks < 1 || blocks > steps)
            throw new InvalidOptionException("blocks", $"must be 1 to the number of steps, {steps}, was {blocks}");
        return ((steps - 1) / blocks) + 1;
    }
}
