using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace OrleansDiffusion.Silo;

/// <summary>
/// Azure's Scheduled Events of this virtual machine, as its instance metadata endpoint tells them: a spot machine hears
/// 30 s before it is evicted.
/// </summary>
/// <param name="http">Asks the endpoint.</param>
/// <param name="endpoint">Its address: <see cref="AzureEndpoint"/>, or one that stands in for it.</param>
/// <param name="time">The clock of polling.</param>
/// <param name="logger">Told of what the endpoint does not answer.</param>
public sealed partial class ScheduledEvents(HttpClient http, Uri endpoint, TimeProvider time, ILogger logger)
{
    private const string Events = "metadata/scheduledevents?api-version=2020-07-01";
    private const string Machine = "metadata/instance/compute/name?api-version=2021-02-01&format=text";
    private const int MostAttempts = 5;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1); // as the documentation recommends
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(5);

    /// <summary>Where a virtual machine of Azure finds it.</summary>
    public static Uri AzureEndpoint { get; } = new("http://169.254.169.254/");

    /// <summary>Waits until this machine is to be taken away or ended.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The notice.</returns>
    public async Task<EvictionNotice> WhenLeaving(CancellationToken cancellationToken)
    {
        string? machine = null;
        while (true)
        {
            try
            {
                machine ??= (await Ask(Machine, answer => answer.ReadAsStringAsync(cancellationToken), cancellationToken)).Trim();
                var document = await Ask(Events, answer => answer.ReadFromJsonAsync<Document>(cancellationToken), cancellationToken);
                if (document?.Events?.FirstOrDefault(notice => notice.Concerns(machine)) is { } due)
                    return due;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                LogNoAnswer(e, endpoint);
            }

            await Task.Delay(Period, time, cancellationToken);
        }
    }

    /// <summary>Says that the machine may go now; else it stays until the notice's time.</summary>
    /// <param name="notice">What <see cref="WhenLeaving"/> returned.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task Approve(EvictionNotice notice, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(notice);
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            try
            {
                using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                late.CancelAfter(LongestAnswer);
                using var request = Request(HttpMethod.Post, Events);
                request.Content = JsonContent.Create(
                    new { StartRequests = new[] { new { notice.EventId } } }, options: JsonSerializerOptions.Default);
                using var answer = await http.SendAsync(request, late.Token);
                answer.EnsureSuccessStatusCode();
                return;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                LogNoAnswer(e, endpoint);
            }

            await Task.Delay(Period, time, cancellationToken);
        }
    }

    private async Task<T> Ask<T>(string path, Func<HttpContent, Task<T>> read, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(LongestAnswer);
        using var request = Request(HttpMethod.Get, path);
        using var answer = await http.SendAsync(request, late.Token);
        answer.EnsureSuccessStatusCode();
        return await read(answer.Content);
    }

    private HttpRequestMessage Request(HttpMethod method, string path) =>
        new(method, new Uri(endpoint, path)) { Headers = { { "Metadata", "true" } } };

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Endpoint} does not tell the scheduled events")]
    private partial void LogNoAnswer(Exception e, Uri endpoint);

    private sealed record Document(IReadOnlyList<EvictionNotice>? Events);
}
