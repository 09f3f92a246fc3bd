namespace OrleansDiffusion.Chaos.Tests.Faults;

/// <summary>Whatever happens on the way to the blob service, a job comes to the samples that it would have come to.</summary>
[Collection(typeof(FaultSuite))]
public sealed class BlobFaultTests(FaultMatrix matrix, BlobCluster blobs) : IClassFixture<BlobCluster>
{
    [Fact]
    public async Task Blob_service_is_unavailable_for_a_while()
    {
        var refused = 0;
        var job = await matrix.Disturb(
            "blob storage answers 503 for 10 s", batch: 0, 0.5,
            async _ => refused = await blobs.Proxy.Refuse(TimeSpan.FromSeconds(10)), cluster: blobs.Cluster);

        Assert.True(refused > 0);
        Assert.Equal(0, job.Recoveries); // what could not be written was written later
    }

    [Fact]
    public async Task Uploads_are_torn()
    {
        const int Torn = 6;
        var job = await matrix.Disturb(
            $"{Torn} uploads to blob storage torn", batch: 0, 0.5, _ => blobs.Proxy.Tear(Torn), cluster: blobs.Cluster);

        Assert.Equal(0, job.Recoveries);
    }
}
