using System.Collections.Immutable;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Schedules;

namespace OrleansDiffusion.Models;

/// <summary>A model that can be sampled.</summary>
/// <param name="Name">The name or path it was asked for by.</param>
/// <param name="Description">One line for a person.</param>
/// <param name="Denoiser">Its denoiser.</param>
/// <param name="Schedule">The schedule it was trained with; null for a closed form, which takes any.</param>
/// <param name="Labels">The class labels it takes; null for a model that knows no classes.</param>
/// <param name="Timeline">How its timesteps are walked where nothing else is asked for; null for the usual.</param>
public sealed record Model(
    string Name, string Description, IDenoiser Denoiser, VariancePreservingSchedule? Schedule,
    ClassLabels? Labels = null, TimelineOptions? Timeline = null) : IDisposable
{
    /// <summary>Names what is in its files: models of the same draw the same samples. Empty for one that is in no file.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>What a job's samples take in turn: sample i takes entry i mod n.</summary>
    /// <param name="labels">The labels that are asked for; empty for none.</param>
    /// <param name="guidance">The scale of classifier-free guidance; null for none.</param>
    /// <returns>A condition a label; empty for unconditional samples.</returns>
    /// <exception cref="InvalidOptionException">The model does not take these, or needs a label.</exception>
    public ImmutableArray<Condition> ConditionsFor(ImmutableArray<int> labels, double? guidance)
    {
        ConditionRules.Check(this, labels, guidance);
        return [.. labels.Select(label => new Condition(label, guidance ?? 1))];
    }

    /// <inheritdoc/>
    public void Dispose() => (Denoiser as IDisposable)?.Dispose();
}
