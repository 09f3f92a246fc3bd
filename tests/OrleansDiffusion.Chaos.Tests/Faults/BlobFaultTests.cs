using OrleansDiffusion.Chaos.Tests.Cluster;

namespace OrleansDiffusion.Chaos.Tests.Faults;

/// <summary>Whatever happens on the way to the blob service costs time alone, and so do iterates that are not kept.</summary>
[Collection(typeof(FaultSuite))]
public sealed class BlobFaultTests(FaultMatrix matrix, BlobCluster blobs) : IClassFixture<BlobCluster>, IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await blobs.Cluster.Heal(FaultMatrix.ControlSilos, FaultMatrix.ComputeSilos);

    public async ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
            await blobs.Cluster.Clear();
    }

    [Fact]
    public async Task Blob_service_is_unavailable_for_a_while()
    {
        var refused = 0;
        var job = await matrix.Disturb(
            "blob storage answers 503 for 10 s", batch: 0, 0.5,
            async _ => refused = await blobs.Proxy.Refuse(TimeSpan.FromSeconds(10)), cluster: blobs.Cluster);

        Assert.True(refused > 0);
        await blobs.Cluster.HasRecovered(job, times: 0); // what could not be written was written later
    }

    [Fact]
    public async Task Uploads_are_torn()
    {
        const int Torn = 6;
        var job = await matrix.Disturb(
            $"{Torn} uploads to blob storage torn", batch: 0, 0.5, _ => blobs.Proxy.Tear(Torn), cluster: blobs.Cluster);

        await blobs.Cluster.HasRecovered(job, times: 0);
    }

    // Against the row where they are kept: what that is worth.
    [Fact]
    public async Task Compute_silo_is_killed_where_no_iterates_are_kept()
    {
        var job = await matrix.Disturb(
            "kill -9 of a compute silo at a block's middle, cold restart", batch: 0, 0.5,
            _ => blobs.Cluster.Silos(FaultCluster.Compute)[0].Kill(), cluster: blobs.Cluster);

        Assert.NotEqual(0, job.Recoveries);
    }
}
