using System.Runtime.CompilerServices;
using System.Text.Json;
using OrleansDiffusion.Client.Http;
using OrleansDiffusion.Client.Manifests;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Manifests;

namespace OrleansDiffusion.Client.Cluster;

public sealed partial class ClusterSamplingClient : IManifestClient
{
    /// <inheritdoc/>
    public async Task<ManifestStatus> SubmitManifestAsync(
        string manifestId, ManifestTerms terms, Func<Stream> open, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(open);
        var manifest = ManifestOf(manifestId);
        await Accepted(() => manifest.Begin(terms), cancellationToken);
        var (parts, asking) = (0, 0L);
        await using var lines = open();
        await foreach (var part in ManifestParts.Of(lines, cancellationToken))
        {
            await Accepted(() => manifest.Append(parts, part.Lines), cancellationToken);
            parts++;
            asking += part.Asking;
        }

        await Accepted(() => manifest.Complete(parts, asking), cancellationToken);
        return await calls.Make(Who, _ => manifest.Status(), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<ManifestStatus?> FindManifestAsync(string manifestId, CancellationToken cancellationToken = default)
    {
        var manifest = ManifestOf(manifestId);
        var status = await calls.Make(Who, _ => manifest.Status(), cancellationToken);
        return status.State == JobState.Unknown ? null : status;
    }

    /// <inheritdoc/>
    public async Task<ManifestStatus?> CancelManifestAsync(string manifestId, CancellationToken cancellationToken = default)
    {
        var manifest = ManifestOf(manifestId);
        await calls.Make(Who, _ => Done(manifest.Cancel()), cancellationToken);
        return await FindManifestAsync(manifestId, cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LineResult> ManifestResultsAsync(
        string manifestId, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var manifest = ManifestOf(manifestId);
        var parts = (await FindManifestAsync(manifestId, cancellationToken))?.Parts ?? 0;
        for (var part = 0; part < parts; part++)
        {
            if (await calls.Make(Who, _ => manifest.Results(part), cancellationToken) is not { } results)
                continue;
            using var reader = new StreamReader(new MemoryStream(results));
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
                yield return JsonSerializer.Deserialize<LineResult>(line, SamplingJson.Options)!;
        }
    }

    private async Task Accepted(Func<Task<Refusal?>> call, CancellationToken cancellationToken)
    {
        if (await calls.Make(Who, _ => call(), cancellationToken) is { } refusal)
            throw new RequestRefusedException(refusal);
    }

    private IManifestGrain ManifestOf(string manifestId)
    {
        ArgumentException.ThrowIfNullOrEmpty(manifestId);
        return grains.GetGrain<IManifestGrain>(manifestId);
    }
}
