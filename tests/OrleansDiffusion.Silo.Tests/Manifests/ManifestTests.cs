using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Manifests;
using OrleansDiffusion.Grid.Placement;
using OrleansDiffusion.Models;
using OrleansDiffusion.Silo.Tests.Fixtures;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Silo.Tests.Manifests;

/// <summary>Many requests, a line each.</summary>
public sealed class ManifestTests(Grids grids)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lines_are_what_jobs_of_their_own_would_be_and_share_batches()
    {
        var grid = await grids.Of(1);
        var denoiser = new WatchedDenoiser(Catalogue.Open("digits").Denoiser);
        var model = grid.Models.Add(denoiser, Catalogue.Open("digits").Labels);
        var usual = new SamplingRequest
        {
            Model = model, Sampler = "ddim", Steps = 4, BlockSteps = 4, Tolerance = 0, Schedule = "linear", Count = 1,
        };
        SamplingRequest[] requests =
        [
            usual with { Seed = 1, Labels = [3] },
            usual with { Seed = 1, Labels = [3, 4], Count = 3 },
            usual with { Seed = ulong.MaxValue, Labels = [7], Guidance = 2.5 },
            usual with { Seed = 5 },
            usual with { Seed = 1, Labels = [3], Steps = 3 }, // not alike
        ];

        var (status, results) = await Run(
            grid, NewId(), Defaults(usual),
            """{"seed":1,"label":3}""", """{"seed":1,"labels":[3,4],"count":3}""",
            """{"id":"guided","seed":"18446744073709551615","label":[7],"guidance":2.5}""", """{"seed":5}""",
            """{"seed":1,"label":3,"steps":3}""");

        Assert.Equal((JobState.Succeeded, 5, 5, 0), (status.State, status.Lines, status.Succeeded, status.Failed));
        Assert.Equal([1L, 2, 3, 4, 5], results.Select(result => result.Line));
        Assert.Equal("guided", results[2].Id);
        Assert.Equal(2, results.Select(result => result.Job).Distinct().Count());
        Assert.Contains(denoiser.Calls, call => call.Rows >= 4 * 6); // of all samples of four lines at once
        for (var i = 0; i < requests.Length; i++)
        {
            var distance = Expected.Distance(Expected.Sequential(requests[i], grid.Models), await Samples(grid, results[i]));
            Assert.True(distance < 1e-4, $"line {i + 1}: RMS distance {distance:g3}");
        }
    }

    [Fact]
    public async Task A_bad_line_fails_alone_and_says_why()
    {
        var grid = await grids.Of(1);

        var (status, results) = await Run(
            grid, NewId(), Defaults(Small),
            """{"seed":1}""", "", "{", "7", """{"cuont":3}""", """{"label":3}""", """{"count":0}""", """{"seed":-1}""",
            """{"model":"no-such-model"}""", """{"steps":0,"id":"none"}""", $$"""{"id":"{{new string('x', 20_000)}}"}""",
            """{"priority":99}""", "   ", """{"items":[]}""", """{"seed":2}""");

        Assert.Equal((JobState.Failed, 13, 2, 11), (status.State, status.Lines, status.Succeeded, status.Failed));
        Assert.Equal([1L, 15], results.Where(result => result.State == JobState.Succeeded).Select(result => result.Line));
        (long Line, string Word)[] expected =
        [
            (3, "JSON"), (4, "object"), (5, "cuont"), (6, "label"), (7, "count"), (8, "seed"), (9, "no-such-model"), (10, "steps"),
            (11, "bytes"), (12, "priority"), (14, "items"),
        ];
        Assert.All(
            expected.Zip(results.Where(result => result.State == JobState.Failed)),
            pair =>
            {
                Assert.Equal(pair.First.Line, pair.Second.Line);
                Assert.Contains(pair.First.Word, pair.Second.Error, StringComparison.Ordinal);
                Assert.DoesNotContain("System.", pair.Second.Error, StringComparison.Ordinal);
                Assert.DoesNotContain('\n', pair.Second.Error!);
            });
        Assert.Equal("none", results.Single(result => result.Line == 10).Id);
    }

    [Fact]
    public async Task A_request_goes_beyond_no_limit()
    {
        var grid = await grids.Of(1);
        var terms = Defaults(Small with { Model = "demo" }) with { Limits = new RequestLimits(MostCount: 4, MostSteps: 300) };

        var (_, results) = await Run(
            grid, NewId(), terms, """{"count":4}""", """{"count":5}""", """{"steps":301}""", """{"model":"/etc/passwd"}""");
        var (_, ownModels) = await Run(grid, NewId(), new ManifestTerms("""{"steps":10,"count":1}""", null), """{"model":"demo"}""", "{}");

        Assert.Equal([true, false, false, false], results.Select(result => result.State == JobState.Succeeded));
        Assert.Contains("at most 4", results[1].Error, StringComparison.Ordinal);
        Assert.Contains("at most 300", results[2].Error, StringComparison.Ordinal);
        Assert.Contains("the name of a model", results[3].Error, StringComparison.Ordinal);
        Assert.Equal(JobState.Succeeded, ownModels[0].State);
        Assert.Contains("'model'", ownModels[1].Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_again_draws_those_lines_alone_that_are_not_done()
    {
        var grid = await grids.Of(1);
        var isBroken = true;
        var denoiser = new WatchedDenoiser(Catalogue.Open(TestModels.Mixture).Denoiser);
        var broken = grid.Models.Add(new WatchedDenoiser(Catalogue.Open(TestModels.Mixture).Denoiser)
        {
            Before = (_, _) =>
            {
                if (isBroken)
                    throw new InvalidOperationException("the model is broken");
            },
        });
        var id = NewId();
        var terms = Defaults(Small with { Model = grid.Models.Add(denoiser) });
        string[] lines = ["""{"seed":1}""", $$"""{"seed":2,"model":"{{broken}}"}""", """{"seed":3}"""];
        var (before, first) = await Run(grid, id, terms, lines);
        var calls = denoiser.Calls.Count;
        isBroken = false;

        var (after, second) = await Run(grid, id, terms, lines);
        var (again, third) = await Run(grid, id, terms, lines);

        Assert.Equal((JobState.Failed, 2, 1), (before.State, before.Succeeded, before.Failed));
        Assert.Contains("the model is broken", first[1].Error, StringComparison.Ordinal);
        Assert.Equal((JobState.Succeeded, 3, 0), (after.State, after.Succeeded, after.Failed));
        Assert.Equal(calls, denoiser.Calls.Count);
        Assert.Equal([first[0], first[2]], [second[0], second[2]]);
        Assert.Equal(2, second[1].Run);
        Assert.Equal(after, again);
        Assert.Equal(second, third);
    }

    [Fact]
    public async Task Another_manifest_under_the_same_id_is_refused()
    {
        var grid = await grids.Of(1);
        var id = NewId();
        await Run(grid, id, Defaults(Small), """{"seed":1}""");
        var manifest = Manifest(grid, id);

        Assert.Contains("defaults", (await manifest.Begin(Defaults(Small with { Steps = 11 })))!.Reason, StringComparison.Ordinal);
        Assert.Contains("from line 1 on", (await manifest.Append(0, Bytes("""{"seed":2}""")))!.Reason, StringComparison.Ordinal);
        Assert.Contains("1 lines, has 2", (await manifest.Complete(1, 2))!.Reason, StringComparison.Ordinal);
        Assert.Equal("manifest", (await Manifest(grid, "a/b").Begin(Defaults(Small)))?.Option);
        Assert.Equal("defaults", (await Manifest(grid, NewId()).Begin(new ManifestTerms("[]", null)))?.Option);
        Assert.Contains(
            "'cuont'", (await Manifest(grid, NewId()).Begin(new ManifestTerms("""{"cuont":1}""", null)))?.Reason, StringComparison.Ordinal);
        Assert.Equal(JobState.Unknown, (await Manifest(grid, NewId()).Status()).State);
    }

    [Fact]
    public async Task A_manifest_is_listed_and_the_jobs_of_its_parts_are_not()
    {
        await using var grid = await TestGrid.Start();
        await Run(grid, "many", Defaults(Small), [.. Enumerable.Range(0, 600).Select(i => $$"""{"seed":{{i}}}""")]);

        var page = await grid.Grains.GetGrain<IJobIndexGrain>(0).List(null, 10, Token);

        var listed = Assert.Single(page.Jobs);
        Assert.Equal(("many", JobState.Succeeded, 600, 600), (listed.JobId, listed.State, listed.Count, listed.Done));
    }

    // The manifest is on silo 0, which dies when some parts are done and one is under way.
    [Fact]
    public async Task A_manifest_goes_on_where_its_silo_was_lost()
    {
        await using var grid = await TestGrid.Start(3, new TestGridOptions
        {
            Exchange = ExchangeKind.DirectCalls, Devices = silo => silo < 2 ? null : "cpu",
        });
        using var gate = new Gate();
        var denoiser = new WatchedDenoiser(Catalogue.Open(TestModels.Mixture).Denoiser)
        {
            Before = (number, _) =>
            {
                if (number == 3)
                    gate.Pass();
            },
        };
        await PlacementHint.On(grid.Silo(0).SiloAddress, () => grid.GrainsFrom(1).GetGrain<IManifestGrain>("lost").Status());
        var terms = Defaults(Small with { Model = grid.Models.Add(denoiser) });
        string[] lines = [.. Enumerable.Range(0, 1000).Select(i => $$"""{"seed":{{i}}}""")];
        await Submit(grid.GrainsFrom(1), "lost", terms, lines);
        await gate.Entered;

        await grid.Kill(grid.Silo(0));
        gate.Open();
        await Submit(grid.GrainsFrom(1), "lost", terms, lines); // as who was not answered would
        var (status, results) = await End(grid.GrainsFrom(1), "lost");

        Assert.Equal((JobState.Succeeded, 1000, 0), (status.State, status.Succeeded, status.Failed));
        Assert.Equal(Enumerable.Range(1, 1000).Select(line => (long)line), results.Select(result => result.Line));
        Assert.All(results, result => Assert.Equal(1, result.Run));
        await grid.IsFree();
    }

    [Fact]
    public async Task A_manifest_that_is_cancelled_ends_at_once_and_goes_on_when_it_is_submitted_again()
    {
        await using var grid = await TestGrid.Start();
        using var gate = new Gate();
        var model = grid.Models.Add(new WatchedDenoiser(Catalogue.Open(TestModels.Mixture).Denoiser)
        {
            Before = (number, _) =>
            {
                if (number == 1)
                    gate.Pass();
            },
        });
        string[] lines = [.. Enumerable.Range(0, 20).Select(i => $$"""{"seed":{{i}}}""")];
        await Submit(grid.Grains, "ended", Defaults(Small with { Model = model }), lines);
        await gate.Entered;

        var cancelling = Manifest(grid, "ended").Cancel();
        await Eventually.Becomes(Manifest(grid, "ended").Status, status => status.State == JobState.Cancelled); // else what is left may win
        gate.Open();
        await cancelling.WaitAsync(Deadline, Token);

        Assert.Equal(JobState.Cancelled, (await Manifest(grid, "ended").Status()).State);
        await grid.IsFree();
        var (status, _) = await Run(grid, "ended", Defaults(Small with { Model = model }), lines);
        Assert.Equal((JobState.Succeeded, 20), (status.State, status.Succeeded));
    }

    [Fact]
    public async Task A_manifest_whose_reminder_cannot_be_taken_away_tries_it_again()
    {
        const string Id = "reminded";
        var (tries, reminders) = (0, 0);
        await using var grid = await TestGrid.Start(1, new TestGridOptions
        {
            Call = async call =>
            {
                if (call.MethodName == nameof(IRemindable.ReceiveReminder) && call.TargetId.Key.ToString() == Id)
                    Interlocked.Increment(ref reminders);
                var isTry = call.MethodName == nameof(IReminderTable.RemoveRow)
                    && call.Request.GetArgument(0) is GrainId reminded && reminded.Key.ToString() == Id;
                if (isTry && Interlocked.Increment(ref tries) == 1)
                    throw new InvalidOperationException("a table's own exception");
                await call.Invoke();
            },
        });

        var (status, _) = await Run(grid, Id, Defaults(Small), "{}");

        Assert.Equal((JobState.Succeeded, 1), (status.State, status.Succeeded));
        await Eventually.Holds(() => Volatile.Read(ref tries) == 2);
        Assert.Equal(0, reminders); // of itself, and not because it was reminded
    }

    private static SamplingRequest Small { get; } =
        new() { Model = TestModels.Mixture, Count = 1, Steps = 10, BlockSteps = 10, Tolerance = 0 };

    private static ManifestTerms Defaults(SamplingRequest request) => new(JsonSerializer.Serialize(request, Json), Limits: null);

    private static string NewId() => $"manifest-{Guid.NewGuid():N}";

    private static IManifestGrain Manifest(TestGrid grid, string id) => grid.Grains.GetGrain<IManifestGrain>(id);

    private static async Task<(ManifestStatus Status, IReadOnlyList<LineResult> Results)> Run(
        TestGrid grid, string id, ManifestTerms terms, params string[] lines)
    {
        await Submit(grid.Grains, id, terms, lines);
        return await End(grid.Grains, id);
    }

    private static async Task Submit(IGrainFactory grains, string id, ManifestTerms terms, string[] lines)
    {
        var manifest = grains.GetGrain<IManifestGrain>(id);
        Assert.Null(await Answered.Call(() => manifest.Begin(terms)));
        var parts = lines.Chunk(IManifestGrain.LinesOfPart).ToList();
        foreach (var (part, itsLines) in parts.Index())
            Assert.Null(await Answered.Call(() => manifest.Append(part, Bytes(itsLines))));
        var count = lines.Count(line => !string.IsNullOrWhiteSpace(line));
        Assert.Null(await Answered.Call(() => manifest.Complete(parts.Count, count)));
    }

    private static byte[] Bytes(params string[] lines) => Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + '\n')));

    private static async Task<(ManifestStatus Status, IReadOnlyList<LineResult> Results)> End(IGrainFactory grains, string id)
    {
        var manifest = grains.GetGrain<IManifestGrain>(id);
        var status = await Eventually.Becomes(() => Answered.Call(manifest.Status), status => status.State.IsFinal(), Deadline);
        var results = new List<LineResult>();
        for (var part = 0; part < status.Parts; part++)
        {
            var its = part;
            var text = Encoding.UTF8.GetString((await Answered.Call(() => manifest.Results(its)))!);
            results.AddRange(text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonSerializer.Deserialize<LineResult>(line, Json)!));
        }

        return (status, results);
    }

    private static async Task<float[]> Samples(TestGrid grid, LineResult result)
    {
        var job = grid.Grains.GetGrain<ISamplingJobGrain>(result.Job!);
        var elements = (await job.Status()).Outline!.Elements;
        var values = MemoryMarshal.Cast<byte, float>((await job.Fetch(result.First)).Values).ToArray();
        return values[..(result.Count * elements)];
    }
}
