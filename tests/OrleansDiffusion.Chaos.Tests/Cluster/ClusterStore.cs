using Azure.Storage.Blobs;
using OrleansDiffusion.Storage.Blobs;
using OrleansDiffusion.Storage.Folders;
using OrleansDiffusion.Storage.Objects;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Chaos.Tests.Cluster;

/// <summary>What the silos of a cluster keep their jobs, checkpoints and samples in.</summary>
/// <param name="Location">What they are told.</param>
/// <param name="ConnectionString">What they sign in with; null for a folder.</param>
/// <param name="Objects">What is in it, whatever becomes of the way that the silos take.</param>
internal sealed record ClusterStore(string Location, string? ConnectionString, IObjectStore Objects)
{
    /// <summary>A folder.</summary>
    public static ClusterStore Folder(string path) => new(path, null, new FolderObjectStore(path));

    /// <summary>A container of a blob service.</summary>
    /// <param name="service">The service.</param>
    /// <param name="proxy">What the silos take for it.</param>
    public static ClusterStore Blobs(Azurite service, BlobProxy proxy)
    {
        const string Container = "faults";
        var address = new UriBuilder(service.Address) { Port = proxy.Port }.Uri;
        return new ClusterStore(
            $"{address}/{Container}",
            service.ConnectionString.Replace($"{service.Address}", $"{address}", StringComparison.Ordinal),
            new BlobObjectStore(new BlobContainerClient(service.ConnectionString, Container, BlobObjectStore.Options())));
    }
}
