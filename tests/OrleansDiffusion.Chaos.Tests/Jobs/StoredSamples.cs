using OrleansDiffusion.Storage.Objects;
using OrleansDiffusion.Storage.Samples;

namespace OrleansDiffusion.Chaos.Tests.Jobs;

/// <summary>What a job left in a store.</summary>
internal static class StoredSamples
{
    /// <summary>Asserts that every sample is there once, as it was fetched.</summary>
    public static async Task AreOnceEach(IObjectStore objects, FinishedJob job, int count)
    {
        var token = TestContext.Current.CancellationToken;
        var store = new SampleStore(objects);
        var elements = job.Samples.Length / count;
        var kept = new List<byte>();
        foreach (var first in await store.FirstSamples(job.Id, token))
        {
            Assert.Equal(kept.Count, first * elements * sizeof(float));
            kept.AddRange((await store.Read(job.Id, first, token))!.Value.ToArray());
        }

        Assert.Equal(job.Samples, System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(kept.ToArray()).ToArray());
    }
}
