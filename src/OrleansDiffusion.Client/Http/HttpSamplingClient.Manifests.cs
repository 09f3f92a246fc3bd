using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using OrleansDiffusion.Client.Manifests;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Manifests;
using Polly;

namespace OrleansDiffusion.Client.Http;

public sealed partial class HttpSamplingClient : IManifestClient
{
    /// <summary>The content type of manifests and their results.</summary>
    internal const string JsonLines = "application/jsonl";

    // A manifest is handed over in one call, however long it is.
    private static readonly ResiliencePipeline LongCalls =
        SamplingCalls.Again(new SamplingClientOptions { AttemptTimeout = SamplingClientOptions.LongestAttemptTimeout });

    /// <inheritdoc/>
    /// <remarks>Limits are the gateway's; those of the terms are not used.</remarks>
    public Task<ManifestStatus> SubmitManifestAsync(
        string manifestId, ManifestTerms terms, Func<Stream> open, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(open);
        if (IsWay(manifestId))
            throw new RequestRefusedException(new Refusal("manifest", $"must have an id of letters, digits, '.', '-' and '_', was {manifestId}"));
        return LongCalls.Make(
            Who,
            async token =>
            {
                var request = new HttpRequestMessage(
                    HttpMethod.Put, $"{PathOfManifest(manifestId)}?defaults={Uri.EscapeDataString(terms.Defaults)}")
                {
                    Content = new StreamContent(open()) { Headers = { ContentType = new MediaTypeHeaderValue(JsonLines) } },
                };
                using var response = await Send(request, jobId: null, token);
                return (await response.Content.ReadFromJsonAsync<ManifestStatus>(SamplingJson.Options, token))!;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<ManifestStatus?> FindManifestAsync(string manifestId, CancellationToken cancellationToken = default) =>
        await Manifest(HttpMethod.Get, manifestId, cancellationToken);

    /// <inheritdoc/>
    public async Task<ManifestStatus?> CancelManifestAsync(string manifestId, CancellationToken cancellationToken = default) =>
        await Manifest(HttpMethod.Delete, manifestId, cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<LineResult> ManifestResultsAsync(
        string manifestId, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // Where the connection breaks, what was read already is passed over.
        for (var last = 0L; ;)
        {
            using var response = await calls.Make(
                Who, token => Send(new HttpRequestMessage(HttpMethod.Get, $"{PathOfManifest(manifestId)}/results"), manifestId, token),
                cancellationToken);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
            var isWhole = false;
            while (!isWhole && await Next(reader, cancellationToken) is var (line, isEnd))
            {
                isWhole = isEnd;
                if (line is null || JsonSerializer.Deserialize<LineResult>(line, SamplingJson.Options) is not { } result || result.Line <= last)
                    continue;
                last = result.Line;
                yield return result;
            }

            if (isWhole)
                yield break;
        }
    }

    // Null where the connection broke.
    private static async Task<(string? Line, bool IsEnd)?> Next(StreamReader reader, CancellationToken cancellationToken)
    {
        try
        {
            var line = await reader.ReadLineAsync(cancellationToken);
            return (line, line is null);
        }
        catch (Exception e) when (SamplingCalls.IsPassing(e, cancellationToken))
        {
            return null;
        }
    }

    private async Task<ManifestStatus?> Manifest(HttpMethod method, string manifestId, CancellationToken cancellationToken)
    {
        try
        {
            return await Ask<ManifestStatus>(method, PathOfManifest(manifestId), manifestId, body: null, cancellationToken);
        }
        catch (JobNotFoundException)
        {
            return null;
        }
    }

    private static string PathOfManifest(string manifestId)
    {
        ArgumentException.ThrowIfNullOrEmpty(manifestId);
        return IsWay(manifestId) ? throw new JobNotFoundException(manifestId) : $"v1/manifests/{Uri.EscapeDataString(manifestId)}";
    }
}
