using OrleansDiffusion.Client.Cluster;
using OrleansDiffusion.Client.Manifests;
using OrleansDiffusion.Client.Tests.Fixtures;

namespace OrleansDiffusion.Client.Tests;

public sealed class ClusterManifestClientTests(GridFixture grid) : ManifestClientContract
{
    private readonly ClusterSamplingClient _client = new(grid.Grains, SamplingCalls.Again(new SamplingClientOptions()));

    private protected override IManifestClient Client => _client;

    private protected override ISamplingClient Jobs => _client;
}
