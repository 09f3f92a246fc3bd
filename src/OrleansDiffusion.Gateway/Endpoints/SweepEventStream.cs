using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Hosting;
using OrleansDiffusion.Contracts;
using OrleansDiffusion.Client;
using OrleansDiffusion.Client.Http;
using OrleansDiffusion.Contracts.Batches;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;

namespace OrleansDiffusion.Gateway.Endpoints;

/// <summary>
/// What the sweeps of a job do, batch after batch, as server-sent events. Supervisors are polled while somebody reads, and
/// are not disturbed otherwise.
/// </summary>
internal static class SweepEventStream
{
    private const string EndId = "end";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(5);

    /// <summary>Opens the stream, behind what was last said on a connection that broke.</summary>
    public static async Task<IResult> Open(
        string id, [FromHeader(Name = "Last-Event-ID")] string? lastEventId, ISamplingClient client, IGrainFactory grains,
        IHostApplicationLifetime host, HttpContext context)
    {
        if (lastEventId == EndId)
            return TypedResults.NoContent(); // tells a browser not to come back
        var status = await client.GetAsync(id, context.RequestAborted);
        context.Response.Headers["X-Accel-Buffering"] = "no"; // proxies are to pass each event on
        var place = Place.Parse(lastEventId) ?? new Place(status.Batches.Length, null);
        return TypedResults.ServerSentEvents(
            Events(client, grains, id, place, host.ApplicationStopping, context.RequestAborted));
    }

    private static async IAsyncEnumerable<SseItem<object?>> Events(
        ISamplingClient client, IGrainFactory grains, string id, Place place, CancellationToken stopping,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellationToken);
        var told = -1; // the batch that was told of
        var silence = TimeSpan.Zero;
        yield return Ping;
        while (true)
        {
            if (await PageAt(grains, id, place, ending.Token) is { } page)
            {
                if (told != place.Batch)
                    yield return new SseItem<object?>(new { place.Batch, page.FirstSample, page.Samples }, "batch");
                (told, place) = (place.Batch, place with { After = page.Next });
                foreach (var item in Items(page, place))
                {
                    silence = TimeSpan.Zero;
                    yield return item;
                }

                if (page.IsOver)
                    place = new Place(place.Batch + 1, null);
                if (page.IsOver || page.Sweeps.Length == SweepPage.MostSweeps)
                    continue;
            }
            else
            {
                var status = await client.GetAsync(id, ending.Token);
                if (status.State.IsFinal())
                {
                    yield return new SseItem<object?>(new { status.State }, JobEvents.End) { EventId = EndId };
                    yield break;
                }

                if (status.Batches.Length != place.Batch)
                    place = new Place(status.Batches.Length, null);
            }

            await Task.Delay(Pause, ending.Token);
            silence += Pause;
            if (silence < JobEvents.PingPeriod)
                continue;
            silence = TimeSpan.Zero;
            yield return Ping;
        }
    }

    private static SseItem<object?> Ping => new(null, JobEvents.Ping);

    // The last of a page says where the next one begins: one that is cut off is told again.
    private static IEnumerable<SseItem<object?>> Items(SweepPage page, Place place)
    {
        foreach (var epoch in page.Epochs)
        {
            yield return new SseItem<object?>(epoch, "epoch")
            {
                EventId = page.Sweeps.IsEmpty && epoch == page.Epochs[^1] ? $"{place}" : null,
            };
        }

        if (!page.Sweeps.IsEmpty)
            yield return new SseItem<object?>(page.Sweeps, "sweeps") { EventId = $"{place}" };
    }

    // Null where the batch is not under way, or its supervisor's silo does not answer.
    private static async Task<SweepPage?> PageAt(
        IGrainFactory grains, string id, Place place, CancellationToken cancellationToken)
    {
        try
        {
            return await grains.GetGrain<IBlockSupervisorGrain>(new BatchKey(id, place.Batch).ToString())
                .SweepsSince(place.After).WaitAsync(LongestAnswer, cancellationToken);
        }
        catch (Exception e) when (Unanswered.Is(e, cancellationToken))
        {
            return null;
        }
    }

    /// <summary>How far a reader has come, as the ids of events say it: <c>batch-epoch-sweep</c>.</summary>
    private readonly record struct Place(int Batch, SweepPosition? After)
    {
        public static Place? Parse(string? text)
        {
            var numbers = new int[3];
            var parts = text?.Split('-') ?? [];
            if (parts.Length != numbers.Length)
                return null;
            for (var i = 0; i < numbers.Length; i++)
            {
                if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
                    return null;
            }

            return new Place(numbers[0], new SweepPosition(numbers[1], numbers[2]));
        }

        public override string ToString() => $"{Batch}-{After?.Epoch ?? 0}-{After?.Sweep ?? 0}";
    }
}
