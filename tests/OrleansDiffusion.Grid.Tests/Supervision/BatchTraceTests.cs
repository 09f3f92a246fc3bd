using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid.Supervision;

namespace OrleansDiffusion.Grid.Tests.Supervision;

public sealed class BatchTraceTests
{
    private const int Blocks = 50;

    private static readonly BatchAssignment Batch = new(
        new BatchKey("job", 0), new SamplingRequest { Model = "model" },
        new JobOutline
        {
            Model = "model", Shape = [2], StepsOfBlocks = [.. Enumerable.Repeat(20, Blocks)], Batch = 1, Lookahead = 8,
            PointsPerNode = 4, DataVariance = 1, Sensitivity = 1,
        },
        FirstSample: 0, Samples: 1, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

    // Nobody in this process does.
    [Fact]
    public void Where_nobody_listens_a_sweep_allocates_nothing_for_its_trace()
    {
        var epoch = new Epoch(1, [1], Batch, null!, null!, null!, new GridOptions(), TimeProvider.System, null!);
        var trace = new BatchTrace(Batch);
        int[] sweeps = [.. Enumerable.Repeat(9, Blocks)];
        Follow(); // once for what is compiled

        var before = GC.GetAllocatedBytesForCurrentThread();
        Follow();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(0, allocated);

        void Follow()
        {
            for (var block = 0; block < Blocks; block++)
                trace.Follow(block, Math.Min(block + 8, Blocks), epoch, sweeps);
            trace.Recover("late", 1, "no answer");
            trace.End(null, null);
        }
    }
}
