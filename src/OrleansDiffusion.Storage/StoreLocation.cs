using Azure.Storage.Blobs;
using OrleansDiffusion.Storage.Objects;

namespace OrleansDiffusion.Storage;

/// <summary>Reads <see cref="StorageOptions.Location"/>.</summary>
internal static class StoreLocation
{
    /// <summary>The address that a location is; null if it is a folder or memory.</summary>
    public static Uri? AddressOf(string? location) =>
        Uri.TryCreate(location, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps) ? address : null;

    /// <summary>The container that an address names, with the folder below it as its blob; null if it names none.</summary>
    public static BlobUriBuilder? ContainerOf(Uri address)
    {
        var parts = new BlobUriBuilder(address);
        parts.BlobName = parts.BlobName.TrimEnd('/');
        return address.Query.Length == 0 && parts.BlobContainerName.Length > 0
            && (parts.BlobName.Length == 0 || ObjectName.IsName(parts.BlobName)) ? parts : null;
    }
}
