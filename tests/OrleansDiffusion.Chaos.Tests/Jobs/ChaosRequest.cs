using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Chaos.Tests.Jobs;

/// <summary>The jobs that are disturbed: batches of two samples and eight blocks, of six or seven sweeps each.</summary>
internal static class ChaosRequest
{
    public const int Blocks = 8;
    public const int SamplesOfBatch = 2;

    /// <summary>A request of some batches. What a batch comes to does not depend on how many follow it.</summary>
    public static SamplingRequest Of(int batches) => new()
    {
        Model = Path.Combine(AppContext.BaseDirectory, "Golden", "mixture-a.json"),
        Count = batches * SamplesOfBatch,
        Batch = SamplesOfBatch,
        Seed = 3,
        Steps = 400,
        Blocks = Blocks,
        Linearization = "drift",
        Start = "copied",
        Tolerance = 1e-3,
    };
}
