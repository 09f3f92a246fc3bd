using Azure.Identity;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OrleansDiffusion.Storage.Blobs;
using OrleansDiffusion.Storage.Folders;
using OrleansDiffusion.Storage.Objects;
using OrleansDiffusion.Storage.Retries;

namespace OrleansDiffusion.Storage;

/// <summary>Opens the store that options name.</summary>
public static class ObjectStore
{
    /// <summary>Opens a store. Nothing is asked of it yet.</summary>
    /// <param name="options">Where it is and how it is tried again.</param>
    /// <param name="logger">Told of attempts that failed; null tells nobody.</param>
    /// <param name="time">The clock of delays and timeouts; null for the system's.</param>
    /// <exception cref="OptionsValidationException">Names every option that is out of its range.</exception>
    public static IObjectStore Open(StorageOptions options, ILogger? logger = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        StorageOptionsValidator.Check(options);
        if (options.Location is null)
            return new MemoryObjectStore();
        IObjectStore store = StoreLocation.AddressOf(options.Location) is { } address
            ? OpenContainer(address, options.ConnectionString)
            : new FolderObjectStore(options.Location);
        return new RetriedObjectStore(store, options, logger ?? NullLogger.Instance, time ?? TimeProvider.System);
    }

    private static BlobObjectStore OpenContainer(Uri address, string? connectionString)
    {
        var parts = StoreLocation.ContainerOf(address)!;
        var folder = parts.BlobName;
        parts.BlobName = "";
        var client = connectionString is null
            ? new BlobContainerClient(parts.ToUri(), new DefaultAzureCredential(), BlobObjectStore.Options())
            : OpenAccount(connectionString).GetBlobContainerClient(parts.BlobContainerName);
        if (client.Uri.Authority != address.Authority || client.AccountName != parts.AccountName)
            throw Refused(
                $"must be of the account of {nameof(StorageOptions.Location)} {parts.ToUri()}, is of {client.Uri}");
        return new BlobObjectStore(client, folder);
    }

    // What the parser says may repeat the key.
    private static BlobServiceClient OpenAccount(string connectionString)
    {
        try
        {
            return new BlobServiceClient(connectionString, BlobObjectStore.Options());
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException)
        {
            throw Refused("must be a connection string of a storage account");
        }
    }

    private static OptionsValidationException Refused(string requirement) => new(
        nameof(StorageOptions), typeof(StorageOptions),
        [$"{nameof(StorageOptions)}.{nameof(StorageOptions.ConnectionString)} {requirement}"]);
}
