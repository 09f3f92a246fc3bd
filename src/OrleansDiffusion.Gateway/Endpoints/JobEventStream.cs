using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Hosting;
using OrleansDiffusion.Client;
using OrleansDiffusion.Client.Http;
using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Gateway.Endpoints;

/// <summary>A job's progress as server-sent events.</summary>
internal static class JobEventStream
{
    private const string EndId = "end";

    /// <summary>Opens the stream. What was last said on a connection that broke is not said again.</summary>
    public static async Task<IResult> Open(
        string id, [FromHeader(Name = "Last-Event-ID")] string? lastEventId, ISamplingClient client,
        IHostApplicationLifetime host, HttpContext context)
    {
        // Tells a browser not to come back.
        if (lastEventId == EndId)
            return TypedResults.NoContent();
        await client.GetAsync(id, context.RequestAborted); // a job that there is not is told before the answer begins
        context.Response.Headers["X-Accel-Buffering"] = "no"; // proxies are to pass each event on
        return TypedResults.ServerSentEvents(Events(client, id, lastEventId, host.ApplicationStopping, context.RequestAborted));
    }

    private static async IAsyncEnumerable<SseItem<JobProgress?>> Events(
        ISamplingClient client, string id, string? lastEventId, CancellationToken stopping,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellationToken);
        await using var steps = client.WatchAsync(id, ending.Token).GetAsyncEnumerator(ending.Token);

        // The first thing said is that the stream is open.
        var next = Task.FromResult(false);
        yield return Ping;
        try
        {
            next = steps.MoveNextAsync().AsTask();
            while (true)
            {
                if (await Task.WhenAny(next, Task.Delay(JobEvents.PingPeriod, ending.Token)) != next)
                {
                    ending.Token.ThrowIfCancellationRequested();
                    yield return Ping;
                }
                else if (await next)
                {
                    var item = Item(steps.Current);
                    if (item.EventId != lastEventId)
                        yield return item;
                    next = steps.MoveNextAsync().AsTask();
                }
                else
                {
                    yield break;
                }
            }
        }
        finally
        {
            // An enumerator is not disposed of while it moves.
            await ending.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static SseItem<JobProgress?> Ping => new(null, JobEvents.Ping);

    private static SseItem<JobProgress?> Item(JobProgress progress) => progress.State.IsFinal()
        ? new SseItem<JobProgress?>(progress, JobEvents.End) { EventId = EndId }
        : new SseItem<JobProgress?>(progress, JobEvents.Progress) { EventId = $"{progress.FirstSample}-{progress.Sweep}" };
}
