using OrleansDiffusion.Client.Cluster;
using OrleansDiffusion.Client.Tests.Fixtures;
using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Client.Tests;

public sealed class ClusterSamplingClientTests(GridFixture grid) : SamplingClientContract
{
    private protected override ISamplingClient Client { get; } =
        new ClusterSamplingClient(grid.Grains, SamplingCalls.Again(new SamplingClientOptions()));

    [Fact]
    public async Task Silos_that_are_known_late_are_waited_for()
    {
        var late = LateGrains.Of(grid.Grains, typeof(IPlannerGrain), calls: 2);
        var client = new ClusterSamplingClient(late, Calls(attempts: 3));

        var outline = await client.PlanAsync(new() { Model = "demo", Steps = 4 }, TestContext.Current.CancellationToken);

        Assert.Equal(4, outline.Steps);
    }

    [Fact]
    public async Task Cluster_without_silos_that_hold_time_nodes_says_so()
    {
        var none = LateGrains.Of(grid.Grains, typeof(ICatalogueGrain), calls: int.MaxValue);
        var client = new ClusterSamplingClient(none, Calls(attempts: 2));

        var error = await Assert.ThrowsAsync<SamplingUnavailableException>(
            () => client.GetModelsAsync(TestContext.Current.CancellationToken));

        Assert.Equal("the cluster does not answer: no silo is known that holds time-nodes", error.Message);
    }

    private static Polly.ResiliencePipeline Calls(int attempts) => SamplingCalls.Again(new SamplingClientOptions
    {
        MostAttempts = attempts, FirstDelay = TimeSpan.FromMilliseconds(1), LongestDelay = TimeSpan.FromMilliseconds(1),
    });
}
