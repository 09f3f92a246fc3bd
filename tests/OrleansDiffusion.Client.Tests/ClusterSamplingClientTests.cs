using OrleansDiffusion.Client.Cluster;
using OrleansDiffusion.Client.Tests.Fixtures;

namespace OrleansDiffusion.Client.Tests;

public sealed class ClusterSamplingClientTests(GridFixture grid) : SamplingClientContract
{
    private protected override ISamplingClient Client { get; } =
        new ClusterSamplingClient(grid.Grains, SamplingCalls.Again(new SamplingClientOptions()));
}
