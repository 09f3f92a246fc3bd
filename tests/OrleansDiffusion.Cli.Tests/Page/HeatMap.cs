using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Cli.Tests.Page;

/// <summary>What the page's heat map says of itself.</summary>
internal static partial class HeatMap
{
    /// <summary>How many sweeps it shows, once they are as many.</summary>
    public static Task<int> Sweeps(IPage page, int atLeast) => Eventually.Becomes(
        async () =>
        {
            var label = await page.Locator("#map").GetAttributeAsync("aria-label");
            return Seen.Match(label!) is { Success: true } seen ? int.Parse(seen.Groups["sweeps"].Value) : 0;
        },
        sweeps => sweeps >= atLeast,
        TimeSpan.FromMinutes(2));

    [GeneratedRegex("Heat map of (?<sweeps>[0-9]+) sweeps", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Seen { get; }
}
