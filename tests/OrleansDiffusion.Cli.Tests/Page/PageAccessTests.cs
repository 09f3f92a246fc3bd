using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using OrleansDiffusion.Client;
using OrleansDiffusion.Client.Cluster;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Gateway;
using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Silo;

namespace OrleansDiffusion.Cli.Tests.Page;

/// <summary>Who can use the live page, and what becomes of it when the gateway goes.</summary>
public sealed partial class PageAccessTests(Browser browser) : IClassFixture<Browser>, IAsyncLifetime
{
    private const string Key = "the-key-of-this-test";

    private static readonly AriaRole[] Roles =
    [
        AriaRole.Link, AriaRole.Img, AriaRole.Meter, AriaRole.Progressbar, AriaRole.Region,
        AriaRole.Navigation, AriaRole.Heading, AriaRole.Table,
    ];

    private readonly List<string> _console = [];
    private EmbeddedGrid _grid = null!;
    private ClusterSamplingClient _client = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _grid = await EmbeddedGrid.Start(
            2, settings => settings with { Devices = new DeviceOptions { Devices = "emulated:20ms" } }, cancellationToken: Token);
        _client = new ClusterSamplingClient(_grid.Grains, SamplingCalls.Again(new SamplingClientOptions()));
    }

    public ValueTask DisposeAsync() => _grid.DisposeAsync();

    [Fact]
    public async Task Everything_has_a_name_can_be_reached_by_keys_and_fits_a_phone()
    {
        await using var gateway = await Start(new GatewaySettings { Listen = new IPEndPoint(IPAddress.Loopback, 0) });
        var page = await browser.Open(_console, width: 360, height: 740, ColorScheme.Dark);
        await Submit();
        await page.GotoAsync(gateway.Address.ToString());
        await page.Locator("#samples > li").First.WaitForAsync();

        // Forward through all there is, each seen to have the focus: skip, the job, the table, which opens, and its frame.
        foreach (var place in new[] { "A solid", "A solid", "SUMMARY solid", "DIV solid" })
        {
            await page.Keyboard.PressAsync("Tab");
            Assert.Equal(place, await page.EvaluateAsync<string>(
                "`${document.activeElement.tagName} ${getComputedStyle(document.activeElement).outlineStyle}`"));
            if (place.StartsWith("SUMMARY", StringComparison.Ordinal))
                await page.Keyboard.PressAsync("Enter");
        }

        await HeatMap.Sweeps(page, atLeast: 5);
        await page.Locator("#table-body tr").First.WaitForAsync();

        foreach (var role in Roles)
        {
            var named = page.GetByRole(role, new PageGetByRoleOptions { NameRegex = NotBlank });
            await named.First.WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });
            await Assertions.Expect(page.GetByRole(role, new PageGetByRoleOptions { NameRegex = Blank })).ToHaveCountAsync(0);
        }

        foreach (var landmark in new[] { AriaRole.Banner, AriaRole.Main, AriaRole.Navigation })
            await Assertions.Expect(page.GetByRole(landmark)).ToHaveCountAsync(1);
        Assert.Equal(360, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await Browser.Shoot(page, "phone-dark.png");

        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Light });
        await page.SetViewportSizeAsync(1000, 900);
        await HeatMap.Sweeps(page, atLeast: 1);
        await Browser.Shoot(page, "light.png");
        Assert.True(_console.Count == 0, string.Join('\n', _console));
    }

    [Fact]
    public async Task A_key_is_asked_for_and_sent_with_everything_until_it_is_forgotten()
    {
        await using var gateway = await Start(
            new GatewaySettings { Listen = new IPEndPoint(IPAddress.Loopback, 0), ApiKeys = [Key] });
        await Submit();
        var page = await browser.Open([]); // refusals are told there
        await page.GotoAsync(gateway.Address.ToString());
        var (input, error) = (page.GetByLabel("API key"), page.Locator("#key-error"));
        await Assertions.Expect(input).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator("main")).ToBeHiddenAsync();
        await Browser.Shoot(page, "key.png");

        await input.FillAsync("not-the-key-of-this-test");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(error).ToHaveTextAsync("This key is not known here.");
        await input.FillAsync(Key);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Use it" }).ClickAsync();
        await HeatMap.Sweeps(page, atLeast: 3);
        await page.ReloadAsync();
        await HeatMap.Sweeps(page, atLeast: 3);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Forget the key" }).ClickAsync();

        await Assertions.Expect(input).ToBeFocusedAsync();
        Assert.Null(await page.EvaluateAsync<string?>("sessionStorage.getItem('odiff-key')"));
        Assert.Equal(0, await page.EvaluateAsync<int>("localStorage.length + document.cookie.length"));
    }

    [Fact]
    public async Task A_gateway_that_goes_is_told_and_found_again_and_a_job_that_is_lost_is_told()
    {
        var settings = new GatewaySettings { Listen = new IPEndPoint(IPAddress.Loopback, LoopbackPorts.Free(1)[0]) };
        var id = await Submit();
        var page = await browser.Open([]); // refused connections are told there
        var gateway = await Start(settings);
        try
        {
            await page.GotoAsync(gateway.Address.ToString());
            await HeatMap.Sweeps(page, atLeast: 3);
            await gateway.DisposeAsync();
            await Assertions.Expect(page.Locator("#connection")).ToHaveClassAsync("lost");
            gateway = await Start(settings);
            await Assertions.Expect(page.Locator("#connection")).ToHaveTextAsync("Live");
            await _client.CancelAsync(id, Token);
            await Assertions.Expect(page.Locator("#facts")).ToContainTextAsync("cancelled");

            await page.GotoAsync($"{gateway.Address}#job=no-such-job");
            await Assertions.Expect(page.Locator("#job-note")).ToContainTextAsync("not there any more");
        }
        finally
        {
            await gateway.DisposeAsync();
        }
    }

    private Task<RunningGateway> Start(GatewaySettings settings) =>
        RunningGateway.Start(settings, host => host.Services.AddSingleton(_grid.Grains), cancellationToken: Token);

    // Minutes of work, in batches of two digits of a few seconds each.
    private async Task<string> Submit()
    {
        var id = JobIds.New();
        await _client.SubmitAsync(
            id, new SamplingRequest { Model = "digits", Labels = [5], Count = 500, Batch = 2, Steps = 60, Blocks = 6, Lookahead = 2, PointsPerNode = 2 },
            Token);
        return id;
    }

    // Of the options that the browser knows, too.
    [GeneratedRegex(@"\S", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotBlank { get; }

    [GeneratedRegex(@"^\s*$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blank { get; }
}
