using System.Collections.Immutable;
using System.Numerics.Tensors;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Storage.Objects;

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

    /// <summary>RMS distance from the samples of the first batches of another one.</summary>
    public double DistanceFrom(FinishedJob undisturbed, int batches)
    {
        var expected = undisturbed.Samples[..(batches * undisturbed.Samples.Length / undisturbed.Batches.Length)];
        Assert.Equal(expected.Length, Samples.Length);
        return TensorPrimitives.Distance<float>(expected, Samples) / Math.Sqrt(expected.Length);
    }

    /// <summary>Asserts that every sample is there, once, and as it would have been.</summary>
    public async Task IsComplete(FinishedJob undisturbed, int batches, IObjectStore store)
    {
        var request = ChaosRequest.Of(batches);
        Assert.InRange(DistanceFrom(undisturbed, batches), 0, 2 * request.Tolerance);
        Assert.Equal(request.Count, Batches.Sum(batch => batch.Samples));
        Assert.All(Batches, batch => Assert.Empty(batch.Lost));
        await StoredSamples.AreOnceEach(store, this, request.Count);
    }

    /// <summary>Sweeps of its first batches.</summary>
    public int Rounds(int batches) => Batches.Take(batches).Sum(batch => batch.Rounds);
}
