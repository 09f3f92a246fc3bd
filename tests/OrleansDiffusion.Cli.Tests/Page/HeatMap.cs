using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace OrleansDiffusion.Cli.Tests.Page;

/// <summary>What the page's heat map says of itself.</summary>
internal static partial class HeatMap
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>How many sweeps it shows, once they are as many.</summary>
    public static async Task<int> Sweeps(IPage page, int atLeast)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        while (true)
        {
            var label = await page.Locator("#map").GetAttributeAsync("aria-label");
            if (Seen.Match(label!) is { Success: true } seen && int.Parse(seen.Groups["sweeps"].Value) is var sweeps && sweeps >= atLeast)
                return sweeps;
            await Task.Delay(Pause, deadline.Token);
        }
    }

    [GeneratedRegex("Heat map of (?<sweeps>[0-9]+) sweeps", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Seen { get; }
}
