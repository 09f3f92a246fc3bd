using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Schedules;

namespace OrleansDiffusion.Models;

/// <summary>A model that can be sampled.</summary>
/// <param name="Name">The name or path it was asked for by.</param>
/// <param name="Description">One line for a person.</param>
/// <param name="Denoiser">Its denoiser.</param>
/// <param name="Schedule">The schedule it was trained with; null for a closed form, which takes any.</param>
public sealed record Model(
    string Name, string Description, IDenoiser Denoiser, VariancePreservingSchedule? Schedule) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => (Denoiser as IDisposable)?.Dispose();
}
