using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using OrleansDiffusion.Client.Tests.Fixtures;
using OrleansDiffusion.Tests;
using SkiaSharp;

namespace OrleansDiffusion.Client.Tests;

/// <summary>What a gateway shows of jobs that run and of the silos that they run on, to any HTTP client.</summary>
public sealed class WatchingTests(GridFixture grid) : IAsyncDisposable
{
    private const int Blocks = 20;
    private const int NodesOfBlock = 4;

    // Minutes of work, in batches of two samples that take half a second or more.
    private const string Long =
        """{"model":"demo","count":5000,"batch":2,"steps":200,"blocks":20,"pointsPerNode":3,"lookahead":1,"tolerance":0}""";

    // One batch of five hundred sweeps, all of which are kept: it is under way whatever a test does meanwhile.
    private const string OneBatch =
        """{"model":"demo","count":2,"steps":1000,"blocks":180,"pointsPerNode":6,"lookahead":1,"tolerance":0}""";

    private readonly HttpClient _http = new() { BaseAddress = grid.Gateway };
    private readonly List<string> _jobs = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var job in _jobs)
            (await _http.DeleteAsync(job, CancellationToken.None)).Dispose();
        _http.Dispose();
    }

    [Fact]
    public async Task Sweeps_of_a_batch_are_told_each_once_with_every_nodes_residual_up_to_its_end()
    {
        var job = await Submit(Long);
        await using var events = await ServerSentEvents.Open(_http, $"{job}/sweeps");

        var (batch, epochs, sweeps) = await BatchOf(events);

        var first = batch.GetProperty("firstSample").GetInt32();
        Assert.Equal((2 * batch.GetProperty("batch").GetInt32(), 2), (first, batch.GetProperty("samples").GetInt32()));
        var epoch = Assert.Single(epochs);
        Assert.Equal((1, "start", 0), (Int(epoch, "number"), epoch.GetProperty("reason").GetString(), Int(epoch, "sweep")));
        Assert.Equal(
            Enumerable.Range(0, Blocks).Select(block => (block, 0, 0, NodesOfBlock)),
            epoch.GetProperty("nodes").EnumerateArray()
                .Select(held => (Int(held, "block"), Int(held, "silo"), Int(held, "first"), Int(held, "count"))));
        Assert.Equal(Enumerable.Range(1, sweeps.Count), sweeps.Select(sweep => Int(sweep, "sweep")));
        Assert.All(sweeps, sweep => Assert.All(
            sweep.GetProperty("residuals").EnumerateArray(),
            block => Assert.True(block.GetArrayLength() is 0 or NodesOfBlock, $"{block}")));
        Assert.Contains(sweeps, sweep => sweep.GetProperty("residuals")[0].EnumerateArray().Any(residual => residual.GetDouble() > 0));

        // Every block of both samples is frozen once, in order; the front is where all samples have come to.
        var accepted = sweeps.SelectMany(sweep => sweep.GetProperty("accepted").EnumerateArray()).ToList();
        for (var sample = first; sample < first + 2; sample++)
        {
            Assert.Equal(
                Enumerable.Range(0, Blocks),
                accepted.Where(done => Int(done, "sample") == sample).Select(done => Int(done, "block")));
        }

        var fronts = sweeps.Select(sweep => (Frozen: Int(sweep, "frozen"), Furthest: Int(sweep, "furthest"))).ToList();
        Assert.Equal(fronts.OrderBy(front => front.Frozen), fronts);
        Assert.All(fronts, front => Assert.InRange(front.Furthest, front.Frozen, Blocks));
        Assert.Equal((Blocks, Blocks), fronts[^1]);
        var record = await _http.GetFromJsonAsync<JsonElement>(job, Token);
        Assert.Equal(Int(record.GetProperty("batches")[Int(batch, "batch")], "rounds"), sweeps.Count);
    }

    [Fact]
    public async Task A_reader_whose_connection_broke_goes_on_behind_what_it_has_heard()
    {
        var job = await Submit(OneBatch);
        string? lastId;
        int batch, last;
        await using (var events = await ServerSentEvents.Open(_http, $"{job}/sweeps"))
        {
            batch = Int((await NextOf(events, "batch")).Data, "batch");
            var heard = await NextOf(events, "sweeps");
            (lastId, last) = (heard.EventId, Int(heard.Data.EnumerateArray().Last(), "sweep"));
        }

        await using var again = await ServerSentEvents.Open(_http, $"{job}/sweeps", lastId);
        var next = await again.Next();
        Assert.Equal(("batch", batch), (next.EventType, Int(next.Data, "batch")));
        next = await again.Next(); // no epoch: it was told of
        Assert.Equal(("sweeps", last + 1), (next.EventType, Int(next.Data[0], "sweep")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("no-such-id")]
    [InlineData("99-1-1")]
    public async Task The_end_of_a_job_is_told_once_to_who_comes_late(string? lastId)
    {
        var job = await Submit("""{"model":"demo","count":1,"steps":10}""");
        await _http.GetByteArrayAsync($"{job}/samples", Token); // waits for them
        await using var events = await ServerSentEvents.Open(_http, $"{job}/sweeps", lastId);

        var end = await NextOf(events, "end");

        Assert.Equal(("end", "succeeded"), (end.EventId, end.Data.GetProperty("state").GetString()));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{job}/sweeps") { Headers = { { "Last-Event-ID", "end" } } };
        using var nothing = await _http.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.NoContent, nothing.StatusCode);
    }

    [Fact]
    public async Task A_preview_of_images_is_a_picture_or_an_array_and_none_where_nothing_is_under_way()
    {
        var job = await Submit("""{"model":"digits","labels":[3],"count":500,"batch":4,"steps":40,"blocks":8,"tolerance":0}""");

        var (png, npy) = (await Preview(job, ""), await Preview(job, "?format=npy&most=3"));

        using var picture = SKBitmap.Decode(await png.Content.ReadAsByteArrayAsync(Token));
        Assert.Equal("image/png", png.Content.Headers.ContentType?.MediaType);
        Assert.Equal((174, 174), (picture.Width, picture.Height)); // 2 by 2 digits, each pixel as 3 by 3, with gaps of 2
        var array = await npy.Content.ReadAsByteArrayAsync(Token);
        Assert.Equal(128 + (3 * 784 * 4), array.Length);
        Assert.Equal(3, npy.Headers.GetValues("Odiff-Done").Single().Split(',').Length);
        Assert.Equal(0, int.Parse(npy.Headers.GetValues("Odiff-First-Sample").Single()) % 4);
        foreach (var (query, option) in new[] { ("format=jpg", "format"), ("most=0", "most"), ("most=1001", "most") })
        {
            using var refused = await _http.GetAsync($"{job}/preview?{query}", Token);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Equal(option, (await refused.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("option").GetString());
        }

        (await _http.DeleteAsync(job, Token)).Dispose();
        using var nothing = await _http.GetAsync($"{job}/preview", Token);
        Assert.Equal(HttpStatusCode.NoContent, nothing.StatusCode);
    }

    [Fact]
    public async Task Samples_that_are_no_images_have_no_picture()
    {
        var job = await Submit(Long);
        (await Preview(job, "?format=npy")).Dispose(); // until some are under way

        using var refused = await _http.GetAsync($"{job}/preview", Token);

        // A batch may just be over; then there is nothing to refuse.
        Assert.True(refused.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NoContent, $"{refused.StatusCode}");
    }

    [Fact]
    public async Task Silos_are_listed_with_what_their_devices_have_to_do()
    {
        var job = await Submit(Long);
        var silo = await Eventually.Becomes(
            async () => Assert.Single((await _http.GetFromJsonAsync<JsonElement>("v1/silos", Token)).EnumerateArray().ToList()),
            silo => silo.GetProperty("load").ValueKind == JsonValueKind.Object
                && silo.GetProperty("processor").ValueKind == JsonValueKind.Number
                && silo.GetProperty("load").GetProperty("devices")[0].GetProperty("busy") is { ValueKind: JsonValueKind.Number } busy
                && busy.GetDouble() > 0 && Int(silo.GetProperty("load"), "timeNodes") > 0);

        Assert.Equal((true, true), (silo.GetProperty("isControl").GetBoolean(), silo.GetProperty("isCompute").GetBoolean()));
        Assert.InRange(silo.GetProperty("load").GetProperty("devices")[0].GetProperty("busy").GetDouble(), 0, 1);
        Assert.Equal("emulated:1ms", silo.GetProperty("load").GetProperty("devices")[0].GetProperty("name").GetString());
        Assert.InRange(silo.GetProperty("processor").GetDouble(), 0, 1);
        Assert.InRange(silo.GetProperty("memoryBytes").GetInt64(), 1, long.MaxValue);
        Assert.InRange(silo.GetProperty("started").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddMinutes(1));

        // The address is the one that epochs name.
        await using var events = await ServerSentEvents.Open(_http, $"{job}/sweeps");
        var epoch = (await NextOf(events, "epoch")).Data;
        Assert.Equal([silo.GetProperty("address").GetString()], epoch.GetProperty("silos").EnumerateArray().Select(address => address.GetString()));
    }

    [Theory]
    [InlineData("", "text/html")]
    [InlineData("page/main.js", "text/javascript")]
    [InlineData("page/style.css", "text/css")]
    [InlineData("page/icon.svg", "image/svg+xml")]
    public async Task The_page_is_there_without_a_key_and_may_use_nothing_from_elsewhere(string path, string type)
    {
        await using var gateway = await grid.Start(settings => settings with { ApiKeys = ["the-key-of-this-test"] });
        using var response = await _http.GetAsync(new Uri(gateway.Address, path), Token);

        Assert.Equal((HttpStatusCode.OK, type), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        using var again = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Address, path));
        again.Headers.IfNoneMatch.Add(response.Headers.ETag!);
        using var unchanged = await _http.SendAsync(again, Token);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
    }

    private static int Int(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private async Task<string> Submit(string request)
    {
        using var accepted = await _http.PostAsync(
            "v1/jobs", new StringContent(request, System.Text.Encoding.UTF8, "application/json"), Token);
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        _jobs.Add($"{accepted.Headers.Location}");
        return _jobs[^1];
    }

    // Between two batches there is none.
    private async Task<HttpResponseMessage> Preview(string job, string query) => (await Eventually.Becomes(
        async () =>
        {
            var response = await _http.GetAsync($"{job}/preview{query}", Token);
            if (response.StatusCode != HttpStatusCode.NoContent)
                return response.EnsureSuccessStatusCode();
            response.Dispose();
            return null;
        },
        response => response is not null))!;

    private static async Task<SseItem<JsonElement>> NextOf(ServerSentEvents events, string type)
    {
        while (true)
        {
            var item = await events.Next();
            if (item.EventType == type)
                return item;
        }
    }

    // The first batch that is told of, whole.
    private static async Task<(JsonElement Batch, List<JsonElement> Epochs, List<JsonElement> Sweeps)> BatchOf(ServerSentEvents events)
    {
        var batch = (await NextOf(events, "batch")).Data;
        var (epochs, sweeps) = (new List<JsonElement>(), new List<JsonElement>());
        while (true)
        {
            var item = await events.Next();
            switch (item.EventType)
            {
                case "epoch":
                    epochs.Add(item.Data);
                    break;
                case "sweeps":
                    sweeps.AddRange(item.Data.EnumerateArray());
                    break;
                default:
                    Assert.Equal("batch", item.EventType);
                    return (batch, epochs, sweeps);
            }
        }
    }
}
