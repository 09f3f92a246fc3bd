using System.Text;
using OrleansDiffusion.Client.Manifests;
using OrleansDiffusion.Client.Tests.Fixtures;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Manifests;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Client.Tests;

/// <summary>What every client does with manifests, whatever carries its calls.</summary>
public abstract class ManifestClientContract
{
    private protected static readonly SamplingRequest Usual = new() { Model = "demo", Count = 2, Steps = 20, Tolerance = 0 };

    private protected abstract IManifestClient Client { get; }

    private protected abstract ISamplingClient Jobs { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_manifest_is_run_and_its_results_lead_to_the_samples_of_every_line()
    {
        var id = JobIds.New();
        var lines = string.Concat(Enumerable.Range(0, 600).Select(i => $$"""{"id":"line-{{i}}","seed":{{i}}}""" + "\n")) + "{\n\r\n{}";

        await Client.SubmitManifestAsync(id, ManifestId.TermsOf(Usual), () => Text(lines), Token);
        var status = await End(id);
        var results = await Client.ManifestResultsAsync(id, Token).ToListAsync(Token);

        Assert.Equal((id, JobState.Failed, 602, 601, 1), (status.ManifestId, status.State, status.Lines, status.Succeeded, status.Failed));
        Assert.Equal([.. Enumerable.Range(1, 601).Select(line => (long)line), 603], results.Select(result => result.Line));
        Assert.Equal(JobState.Failed, results[600].State);
        foreach (var line in (int[])[0, 255, 256, 599])
        {
            var result = results[line];
            Assert.Equal(($"line-{line}", 2), (result.Id, result.Count));
            var samples = await Jobs.SamplesAsync(result.Job!, result.First, Token).Take(result.Count).ToListAsync(Token);
            var expected = GridFixture.Sequential(Usual with { Seed = (ulong)line });
            Assert.All(
                expected.Zip(samples.SelectMany(sample => sample.Values.ToArray())),
                pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
        }

        var again = await Client.SubmitManifestAsync(id, ManifestId.TermsOf(Usual), () => Text(lines), Token);
        Assert.Equal(status.Submitted, again.Submitted);
        Assert.Equal(601, (await End(id)).Succeeded);
        Assert.Contains((await Jobs.GetPageAsync(null, 1000, Token)).Jobs, job => job.JobId == id && job.Sampler == "manifest");
    }

    [Fact]
    public async Task Another_one_under_the_same_id_is_refused()
    {
        var id = JobIds.New();
        await Client.SubmitManifestAsync(id, ManifestId.TermsOf(Usual), () => Text("{}"), Token);

        var refused = await Assert.ThrowsAsync<RequestRefusedException>(() =>
            Client.SubmitManifestAsync(id, ManifestId.TermsOf(Usual), () => Text("""{"seed":1}"""), Token));
        Assert.Equal("manifest", refused.Option);
        Assert.Contains("line 1", refused.Reason, StringComparison.Ordinal);
        await End(id);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("a b")]
    public async Task An_id_that_could_name_something_else_is_refused(string id) => Assert.Equal(
        "manifest",
        (await Assert.ThrowsAsync<RequestRefusedException>(() =>
            Client.SubmitManifestAsync(id, ManifestId.TermsOf(Usual), () => Text("{}"), Token))).Option);

    [Fact]
    public async Task One_that_there_is_not_is_not_found()
    {
        Assert.Null(await Client.FindManifestAsync(JobIds.New(), Token));
        Assert.Null(await Client.CancelManifestAsync(JobIds.New(), Token));
    }

    [Fact]
    public async Task One_that_is_cancelled_ends()
    {
        var id = JobIds.New();
        var lines = string.Concat(Enumerable.Range(0, 2000).Select(i => $$"""{"seed":{{i}},"count":100}""" + "\n"));
        await Client.SubmitManifestAsync(id, ManifestId.TermsOf(Usual with { Batch = 10 }), () => Text(lines), Token);

        var status = await Client.CancelManifestAsync(id, Token);

        Assert.Equal(JobState.Cancelled, status?.State);
        Assert.Equal(JobState.Cancelled, (await End(id)).State);
    }

    private protected async Task<ManifestStatus> End(string id) =>
        (await Eventually.Becomes(() => Client.FindManifestAsync(id, Token), status => status!.State.IsFinal(), TimeSpan.FromMinutes(2)))!;

    private protected static MemoryStream Text(string lines) => new(Encoding.UTF8.GetBytes(lines));
}
