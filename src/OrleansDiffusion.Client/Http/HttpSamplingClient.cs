using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Silos;
using Polly;

namespace OrleansDiffusion.Client.Http;

/// <summary>Reaches jobs through the HTTP API of a gateway.</summary>
/// <param name="http">
/// Carries the calls; has the gateway's base address, ending in a slash, the authorization that it asks for, and no timeout of
/// its own. It is the caller's to dispose.
/// </param>
/// <param name="calls">How calls are made, all of which may be made twice: <see cref="SamplingCalls.Again"/>.</param>
public sealed partial class HttpSamplingClient(HttpClient http, ResiliencePipeline calls) : SamplingClient
{
    // What is asked for in one call: small enough to be there before its time is over.
    private const int BytesOfPart = 4 << 20;

    private static readonly TimeSpan LongestSilence = 3 * JobEvents.PingPeriod;

    private string Who => $"the gateway at {http.BaseAddress}";

    /// <inheritdoc/>
    public override Task<JobOutline> PlanAsync(SamplingRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Ask<JobOutline>(HttpMethod.Post, "v1/plan", jobId: null, request, cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task SubmitAsync(
        string jobId, SamplingRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (IsWay(jobId))
            throw new RequestRefusedException(new Refusal("job", $"must have an id of letters, digits, '.', '-' and '_', was {jobId}"));
        await Ask<JobStatus>(HttpMethod.Put, PathOf(jobId), jobId, request, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<JobStatus> GetAsync(string jobId, CancellationToken cancellationToken = default) =>
        Ask<JobStatus>(HttpMethod.Get, PathOf(jobId), jobId, body: null, cancellationToken);

    /// <inheritdoc/>
    public override Task<JobPage> GetPageAsync(string? below, int most, CancellationToken cancellationToken = default)
    {
        var from = below is null ? "" : $"&below={Uri.EscapeDataString(below)}";
        return Ask<JobPage>(HttpMethod.Get, $"v1/jobs?most={most}{from}", jobId: null, body: null, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<JobStatus> CancelAsync(string jobId, CancellationToken cancellationToken = default) =>
        Ask<JobStatus>(HttpMethod.Delete, PathOf(jobId), jobId, body: null, cancellationToken);

    /// <inheritdoc/>
    public override async IAsyncEnumerable<JobProgress> WatchAsync(
        string jobId, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? lastId = null;
        while (true)
        {
            using var response = await Open($"{PathOf(jobId)}/events", jobId, lastId, cancellationToken);
            await foreach (var item in Events(response, cancellationToken))
            {
                lastId = item.EventId ?? lastId;
                if (item.EventType == JobEvents.Ping)
                    continue;
                yield return item.Data!;
                if (item.EventType == JobEvents.End)
                    yield break;
            }
        }
    }

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<ModelSummary>> GetModelsAsync(CancellationToken cancellationToken = default) =>
        await Ask<ModelSummary[]>(HttpMethod.Get, "v1/models", jobId: null, body: null, cancellationToken);

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<SiloSummary>> GetSilosAsync(CancellationToken cancellationToken = default) =>
        await Ask<SiloSummary[]>(HttpMethod.Get, "v1/silos", jobId: null, body: null, cancellationToken);

    private protected override async Task<IReadOnlyList<Sample>?> Fetch(
        JobStatus status, int first, CancellationToken cancellationToken)
    {
        var elements = status.Outline!.Elements;
        var count = Math.Clamp(BytesOfPart / (elements * sizeof(float)), 1, status.Done - first);
        var (npy, _) = await AskArray($"samples?first={first}&count={count}", status, cancellationToken);
        return SamplesIn(ValuesIn(npy, count * elements), status.Outline, first);
    }

    private protected override async Task<IReadOnlyList<SamplePreview>> Preview(
        JobStatus status, int most, CancellationToken cancellationToken)
    {
        var (npy, headers) = await AskArray($"preview?format=npy&most={most}", status, cancellationToken);
        if (npy.Length == 0)
            return [];
        try
        {
            var (first, done) = PreviewHeaders.Read(headers);
            return
            [
                .. SamplesIn(ValuesIn(npy, done.Length * status.Outline!.Elements), status.Outline, first)
                    .Zip(done, (estimate, share) => new SamplePreview(estimate, share)),
            ];
        }
        catch (FormatException e)
        {
            throw new SamplingClientException($"what {Who} answers cannot be read: {e.Message}", e);
        }
    }

    // The bytes of one of NumPy's arrays; none where there is none.
    private Task<(byte[] Npy, HttpResponseHeaders Headers)> AskArray(
        string what, JobStatus status, CancellationToken cancellationToken) => calls.Make(
        Who,
        async token =>
        {
            using var response = await Send(
                new HttpRequestMessage(HttpMethod.Get, $"{PathOf(status.JobId)}/{what}"), status.JobId, token);
            return (await response.Content.ReadAsByteArrayAsync(token), response.Headers);
        },
        cancellationToken);

    // They lie behind a header, which says what is known.
    private static float[] ValuesIn(byte[] npy, int count) => npy.Length >= count * sizeof(float)
        ? MemoryMarshal.Cast<byte, float>(npy.AsSpan(npy.Length - (count * sizeof(float)))).ToArray()
        : throw new FormatException($"{npy.Length} bytes are no array of {count} values");

    // Those of one connection; it ends where the connection breaks, or nothing was said for too long.
    private static async IAsyncEnumerable<SseItem<JobProgress?>> Events(
        HttpResponseMessage response, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(LongestSilence);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await using var items = SseParser
            .Create(stream, (type, data) => type == JobEvents.Ping ? null : JsonSerializer.Deserialize<JobProgress>(data, SamplingJson.Options))
            .EnumerateAsync(silence.Token).GetAsyncEnumerator(CancellationToken.None);
        while (await HasNext())
        {
            silence.CancelAfter(LongestSilence);
            yield return items.Current;
        }

        async Task<bool> HasNext()
        {
            try
            {
                return await items.MoveNextAsync();
            }
            catch (Exception e) when (SamplingCalls.IsPassing(e, cancellationToken))
            {
                return false;
            }
        }
    }

    // The headers of an answer whose content comes as it is made.
    private Task<HttpResponseMessage> Open(string path, string jobId, string? lastId, CancellationToken cancellationToken) =>
        calls.Make(
            Who,
            token =>
            {
                var request = new HttpRequestMessage(HttpMethod.Get, path);
                if (lastId is not null)
                    request.Headers.Add("Last-Event-ID", lastId);
                return Send(request, jobId, token);
            },
            cancellationToken);

    private Task<T> Ask<T>(
        HttpMethod method, string path, string? jobId, SamplingRequest? body, CancellationToken cancellationToken) =>
        calls.Make(
            Who,
            async token =>
            {
                var request = new HttpRequestMessage(method, path);
                if (body is not null)
                    request.Content = JsonContent.Create(body, options: SamplingJson.Options);
                using var response = await Send(request, jobId, token);
                try
                {
                    return await response.Content.ReadFromJsonAsync<T>(SamplingJson.Options, token)
                        ?? throw new JsonException("null");
                }
                catch (JsonException e)
                {
                    throw new SamplingClientException($"what {Who} answers cannot be read: {e.Message}", e);
                }
            },
            cancellationToken);

    private async Task<HttpResponseMessage> Send(HttpRequestMessage request, string? jobId, CancellationToken cancellationToken)
    {
        using (request)
        {
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.IsSuccessStatusCode)
                return response;
            using (response)
                throw await FailureOf(response, jobId, cancellationToken);
        }
    }

    private async Task<Exception> FailureOf(HttpResponseMessage response, string? jobId, CancellationToken cancellationToken)
    {
        var problem = await ProblemIn(response, cancellationToken);
        switch (response.StatusCode)
        {
            case HttpStatusCode.NotFound when jobId is not null && problem is not null:
                return new JobNotFoundException(jobId);
            case HttpStatusCode.TooManyRequests:
            case HttpStatusCode.ServiceUnavailable when response.Headers.RetryAfter is not null:
                return new BusyException(What(), WaitOf(response.Headers.RetryAfter));
            case HttpStatusCode.RequestTimeout or HttpStatusCode.BadGateway
                or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout:
                return new IOException(What());
            case HttpStatusCode.BadRequest when problem?.Reason is { } reason:
                return new RequestRefusedException(new Refusal(problem.Option, reason));
            case HttpStatusCode.Unauthorized:
                return new SamplingClientException($"{Who} asks for an API key that it knows");
            default:
                return new SamplingClientException(
                    $"{Who} answers {(int)response.StatusCode} {problem?.Title ?? response.ReasonPhrase}"
                    + (problem?.Detail is { } detail ? $": {detail}" : ""));
        }

        string What() => problem?.Detail ?? $"it answers {(int)response.StatusCode} {response.StatusCode}";
    }

    private static async Task<Problem?> ProblemIn(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json")
            return null;
        try
        {
            return await response.Content.ReadFromJsonAsync<Problem>(SamplingJson.Options, cancellationToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static TimeSpan? WaitOf(RetryConditionHeaderValue? value) => value?.Delta;

    private static string PathOf(string jobId)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobId);
        return IsWay(jobId) ? throw new JobNotFoundException(jobId) : $"v1/jobs/{Uri.EscapeDataString(jobId)}";
    }

    // In an address these lead elsewhere, even where they are escaped.
    private static bool IsWay(string jobId) => jobId is "." or "..";
}
