using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using OrleansDiffusion.Storage.Objects;

namespace OrleansDiffusion.Storage.Blobs;

/// <summary>Keeps objects as block blobs of a container of Azure Blob Storage, which is made by the first write.</summary>
/// <remarks>
/// Large content is uploaded in blocks, of which nothing can be seen before the last request commits them all. A version
/// is the blob's ETag.
/// </remarks>
public sealed class BlobObjectStore : IObjectStore
{
    private static readonly StorageTransferOptions Blocks = new()
    {
        InitialTransferSize = 8 << 20,
        MaximumTransferSize = 8 << 20,
        MaximumConcurrency = 4,
    };

    private readonly BlobContainerClient _container;
    private readonly string _prefix;

    /// <summary>A store in a container.</summary>
    /// <param name="container">The container, whose client should try every request once: <see cref="Options"/>.</param>
    /// <param name="prefix">A folder within the container that holds all objects, or empty.</param>
    public BlobObjectStore(BlobContainerClient container, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(container);
        ObjectName.CheckPrefix(prefix);
        _container = container;
        _prefix = prefix.Length == 0 || prefix.EndsWith('/') ? prefix : prefix + '/';
    }

    /// <summary>
    /// Options of a client that leaves it to <see cref="Retries.RetriedObjectStore"/> to give up an attempt and to try again.
    /// </summary>
    public static BlobClientOptions Options() =>
        new() { Retry = { MaxRetries = 0, NetworkTimeout = StorageOptions.LongestAttemptTimeout } };

    /// <inheritdoc/>
    public async Task<StoredObject?> Read(string name, CancellationToken cancellationToken)
    {
        var blob = BlobOf(name);
        try
        {
            var download = (await blob.DownloadContentAsync(cancellationToken)).Value;
            return new StoredObject(download.Content.ToMemory(), $"{download.Details.ETag}");
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
        catch (Exception e) when (BlobFailure.Is(e))
        {
            throw BlobFailure.Of($"read '{name}'", _container.Uri, e);
        }
    }

    /// <inheritdoc/>
    public async Task<string> Write(
        string name, ReadOnlyMemory<byte> content, WriteCondition condition, CancellationToken cancellationToken)
    {
        var blob = BlobOf(name);
        ArgumentNullException.ThrowIfNull(condition);
        try
        {
            return await Upload(blob, content, condition, cancellationToken);
        }
        catch (RequestFailedException e) when (BlobFailure.IsConflict(e, condition))
        {
            throw new StoreConflictException(name, e);
        }
        catch (Exception e) when (BlobFailure.Is(e))
        {
            throw BlobFailure.Of($"write '{name}'", _container.Uri, e);
        }
    }

    /// <inheritdoc/>
    public Task Delete(string name, CancellationToken cancellationToken) => Delete(name, conditions: null, cancellationToken);

    /// <inheritdoc/>
    public Task Delete(string name, string version, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(version);
        return Delete(name, new BlobRequestConditions { IfMatch = new ETag(version) }, cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> List(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ObjectName.CheckPrefix(prefix);
        var options = new GetBlobsOptions { Prefix = _prefix + prefix };
        await using var blobs = _container.GetBlobsAsync(options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await Next(blobs, prefix))
        {
            var name = blobs.Current.Name[_prefix.Length..];
            if (ObjectName.IsName(name))
                yield return name;
        }
    }

    private BlobClient BlobOf(string name)
    {
        ObjectName.Check(name);
        return _container.GetBlobClient(_prefix + name);
    }

    private async Task<string> Upload(
        BlobClient blob, ReadOnlyMemory<byte> content, WriteCondition condition, CancellationToken cancellationToken)
    {
        var data = BinaryData.FromBytes(content);
        var options = new BlobUploadOptions { Conditions = ConditionsOf(condition), TransferOptions = Blocks };
        try
        {
            return $"{(await blob.UploadAsync(data, options, cancellationToken)).Value.ETag}";
        }
        catch (RequestFailedException e) when (
            e.ErrorCode == BlobErrorCode.ContainerNotFound && condition.RequiredVersion is null)
        {
            await _container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            return $"{(await blob.UploadAsync(data, options, cancellationToken)).Value.ETag}";
        }
    }

    private static BlobRequestConditions? ConditionsOf(WriteCondition condition) => condition switch
    {
        { RequiresAbsence: true } => new BlobRequestConditions { IfNoneMatch = ETag.All },
        { RequiredVersion: { } version } => new BlobRequestConditions { IfMatch = new ETag(version) },
        _ => null,
    };

    private async Task Delete(string name, BlobRequestConditions? conditions, CancellationToken cancellationToken)
    {
        var blob = BlobOf(name);
        try
        {
            await blob.DeleteAsync(DeleteSnapshotsOption.None, conditions, cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            // Gone is what was asked for.
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ConditionNotMet)
        {
            throw new StoreConflictException(name, e);
        }
        catch (Exception e) when (BlobFailure.Is(e))
        {
            throw BlobFailure.Of($"delete '{name}'", _container.Uri, e);
        }
    }

    private async Task<bool> Next(IAsyncEnumerator<BlobItem> blobs, string prefix)
    {
        try
        {
            return await blobs.MoveNextAsync();
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            return false;
        }
        catch (Exception e) when (BlobFailure.Is(e))
        {
            throw BlobFailure.Of($"list '{prefix}'", _container.Uri, e);
        }
    }
}
