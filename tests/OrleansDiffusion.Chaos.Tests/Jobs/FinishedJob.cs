using System.Collections.Immutable;
using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Chaos.Tests.Jobs;

/// <summary>A job that succeeded.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Samples">[count × elements].</param>
/// <param name="Batches">What its batches took.</param>
/// <param name="Heard">The progress messages.</param>
internal sealed record FinishedJob(
    string Id, float[] Samples, ImmutableArray<BatchReport> Batches, IReadOnlyList<Heard> Heard)
{
    public int Recoveries => Batches.Sum(batch => batch.Recoveries);

    /// <summary>Sweeps of its first batches.</summary>
    public int Rounds(int batches) => Batches.Take(batches).Sum(batch => batch.Rounds);
}
