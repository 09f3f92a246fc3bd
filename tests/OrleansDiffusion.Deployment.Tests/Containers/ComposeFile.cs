using System.Text.Json;
using System.Text.RegularExpressions;
using OrleansDiffusion.Cli.Tests;

namespace OrleansDiffusion.Deployment.Tests.Containers;

/// <summary>docker-compose.yml, with the variables of an environment put in.</summary>
internal sealed partial class ComposeFile
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "docker-compose.yml"));

    /// <param name="environment">Values of the variables that must be there.</param>
    public ComposeFile(IReadOnlyDictionary<string, string> environment)
    {
        // Those that must be there, and those with a value of their own; $$ is a $ of the container's.
        Root = YamlText.Parse(Variable().Replace(Text, match => match.Groups["rest"].Value switch
        {
            ['?', ..] => environment[match.Groups["name"].Value],
            ['-', .. var usual] => usual,
            var rest => throw new FormatException($"{match.Value}: {rest}"),
        }).Replace("$$", "$", StringComparison.Ordinal));
    }

    /// <summary>Variables without which nothing starts.</summary>
    public static IReadOnlyList<string> Required { get; } = Named("?");

    /// <summary>Variables that may be left out.</summary>
    public static IReadOnlyList<string> Optional { get; } = Named("-");

    public JsonElement Root { get; }

    public IReadOnlyDictionary<string, JsonElement> Services =>
        Root.GetProperty("services").EnumerateObject().ToDictionary(service => service.Name, service => service.Value, StringComparer.Ordinal);

    /// <summary>Services that run odiff.</summary>
    public IEnumerable<KeyValuePair<string, JsonElement>> Odiff => Services.Where(service => service.Value.TryGetProperty("build", out _));

    /// <summary>The words of a list: a command, health check, volumes or ports.</summary>
    public static string[] Words(JsonElement element, string list) => element.TryGetProperty(list, out var words)
        ? [.. words.EnumerateArray().Select(word => word.GetString()!)]
        : [];

    /// <summary>The environment of a service.</summary>
    public static IReadOnlyDictionary<string, string> EnvironmentOf(JsonElement service) => service.TryGetProperty("environment", out var all)
        ? all.EnumerateObject().ToDictionary(variable => variable.Name, variable => $"{variable.Value}", StringComparer.Ordinal)
        : new Dictionary<string, string>(StringComparer.Ordinal);

    private static string[] Named(string kind) => [.. Variable().Matches(Text)
        .Where(match => match.Groups["rest"].Value.StartsWith(kind, StringComparison.Ordinal))
        .Select(match => match.Groups["name"].Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    [GeneratedRegex(@"(?<!\$)\$\{(?<name>[A-Z_]+):(?<rest>[^}]*)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variable();
}
