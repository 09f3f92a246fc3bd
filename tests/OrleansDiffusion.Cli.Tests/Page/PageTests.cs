using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OrleansDiffusion.Client;

namespace OrleansDiffusion.Cli.Tests.Page;

/// <summary>The live page in a real browser, while jobs run on silos that are processes of their own.</summary>
public sealed partial class PageTests(Browser browser) : IClassFixture<Browser>, IAsyncLifetime
{
    private readonly PageCluster _cluster = new();
    private readonly List<string> _console = [];
    private HttpClient _http = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _cluster.InitializeAsync();
        _http = new HttpClient { BaseAddress = new Uri(_cluster.GatewayUrl) };
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task A_job_is_seen_to_run_to_lose_a_silo_and_to_end()
    {
        var page = await browser.Open(_console);
        await page.GotoAsync(_cluster.GatewayUrl);
        await Assertions.Expect(page.Locator("#connection")).ToHaveTextAsync("Live");
        await Assertions.Expect(page.Locator("#silo-list > li")).ToHaveCountAsync(3);
        var id = await Submit();

        // It is found without anything being clicked, and grows.
        await Assertions.Expect(page.Locator("#job-title")).ToHaveTextAsync($"Job {id}");
        await HeatMap.Sweeps(page, atLeast: 3);
        await Assertions.Expect(page.Locator("#holders > li")).ToHaveCountAsync(2);
        await HeatMap.Sweeps(page, atLeast: await HeatMap.Sweeps(page, atLeast: 3) + 3);
        await Assertions.Expect(page.Locator("#previews > li")).ToHaveCountAsync(3);
        await Browser.Shoot(page, "running.png");

        await _cluster.Compute[0].Kill();
        await Assertions.Expect(page.Locator("#epochs > li.recovery").First).ToContainTextAsync(RecoveredEpoch);
        await Assertions.Expect(page.Locator("#holders > li")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("#announcement")).ToContainTextAsync("recovery");
        await HeatMap.Sweeps(page, atLeast: await HeatMap.Sweeps(page, atLeast: 1) + 5);
        await Assertions.Expect(page.Locator("#silo-list > li")).ToHaveCountAsync(2);
        await Browser.Shoot(page, "recovered.png");

        await Assertions.Expect(page.Locator("#facts")).ToContainTextAsync("succeeded");
        await Assertions.Expect(page.Locator("#samples > li")).ToHaveCountAsync(3);
        await Assertions.Expect(page.Locator("#progress-text")).ToHaveTextAsync("100 %");
        await Assertions.Expect(page.Locator("#job-list .state").First).ToHaveTextAsync("succeeded");
        await Browser.Shoot(page, "done.png");
        Assert.True(_console.Count == 0, string.Join('\n', _console));
    }

    [GeneratedRegex(@"Epoch \d+, after sweep", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RecoveredEpoch { get; }

    // One batch, some hundred sweeps.
    private async Task<string> Submit()
    {
        var id = JobIds.New();
        using var accepted = await _http.PutAsJsonAsync(
            $"v1/jobs/{id}",
            new { model = "digits", labels = new[] { 3, 7 }, count = 3, batch = 3, steps = 480, blocks = 48, lookahead = 2, pointsPerNode = 2 },
            Token);
        accepted.EnsureSuccessStatusCode();
        return id;
    }
}
