using Microsoft.Playwright;

namespace OrleansDiffusion.Cli.Tests.Page;

/// <summary>A headless Chromium, the one that is installed here: <c>ODIFF_CHROMIUM</c>, or what the PATH has.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private IPlaywright? _playwright;

    /// <summary>Null where none is installed.</summary>
    internal IBrowser? Chromium { get; private set; }

    /// <summary>Where screenshots are written: <c>ODIFF_SCREENSHOTS</c>, or beside the tests.</summary>
    public static string Screenshots { get; } =
        Environment.GetEnvironmentVariable("ODIFF_SCREENSHOTS") ?? Path.Combine(AppContext.BaseDirectory, "screenshots");

    public async ValueTask InitializeAsync()
    {
        if (Executable() is not { } chromium)
            return;
        Assertions.SetDefaultExpectTimeout((float)Deadline.TotalMilliseconds);
        _playwright = await Playwright.CreateAsync();
        Chromium = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"], // as root and in containers there is no sandbox
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (Chromium is not null)
            await Chromium.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>A new page, as wide as a screen; all that its console says goes to a list.</summary>
    internal async Task<IPage> Open(List<string> console, int width = 1280, int height = 1000, ColorScheme scheme = ColorScheme.Light)
    {
        Assert.SkipWhen(
            Chromium is null, "Chromium is not installed (Debian: apt-get install chromium), nor named with ODIFF_CHROMIUM");
        var context = await Chromium!.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout((float)Deadline.TotalMilliseconds);
        var page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                console.Add($"{message.Type}: {message.Text} {message.Location}");
        };
        page.PageError += (_, error) => console.Add($"exception: {error}");
        return page;
    }

    internal static Task Shoot(IPage page, string name) => page.ScreenshotAsync(new PageScreenshotOptions
    {
        Path = Path.Combine(Screenshots, name), FullPage = true,
    });

    private static string? Executable()
    {
        if (Environment.GetEnvironmentVariable("ODIFF_CHROMIUM") is { Length: > 0 } named)
            return named;
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        return Names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
    }
}
