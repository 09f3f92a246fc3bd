using System.Text.Json;
using System.Text.RegularExpressions;

namespace OrleansDiffusion.Deployment.Tests.Azure;

/// <summary>
/// The resources of a deployment with their properties, as the compiler works them out; what Azure alone knows stays an
/// expression in brackets.
/// </summary>
/// <param name="snapshot">The compiler's snapshot.</param>
internal sealed partial class PredictedDeployment(JsonElement snapshot)
{
    public IReadOnlyList<JsonElement> Resources { get; } = [.. snapshot.GetProperty("predictedResources").EnumerateArray()];

    /// <summary>Resources of a type, whatever its case.</summary>
    public IReadOnlyList<JsonElement> OfType(string type) =>
        [.. Resources.Where(resource => string.Equals(resource.GetProperty("type").GetString(), type, StringComparison.OrdinalIgnoreCase))];

    /// <summary>The one resource of a type, or of a type and name.</summary>
    public JsonElement Only(string type, string? name = null) =>
        Assert.Single(OfType(type), resource => name is null || resource.GetProperty("name").GetString() == name);

    /// <summary>The scale set of a role.</summary>
    public JsonElement Machines(string role) => Only("Microsoft.Compute/virtualMachineScaleSets", $"odiff-{role}");

    /// <summary>The identity that an expression is of: control, compute or gateway.</summary>
    public static string IdentityIn(string expression) => Identity().Match(expression) is { Success: true } match
        ? match.Groups["name"].Value
        : throw new ArgumentException($"no identity: {expression}", nameof(expression));

    /// <summary>What /etc/odiff/machine.env of a role says; null where Azure alone knows it.</summary>
    public IReadOnlyDictionary<string, string?> Settings(string role)
    {
        var text = CustomData(role);
        return Setting().Matches(text[text.IndexOf("/etc/odiff/machine.env", StringComparison.Ordinal)..]).ToDictionary(
            match => match.Groups["name"].Value,
            match => match.Groups["value"] is { Success: true } value ? value.Value : null, StringComparer.Ordinal);
    }

    /// <summary>Paths of the files that a machine of a role is given, with their content.</summary>
    public IReadOnlyDictionary<string, byte[]> Files(string role) => WrittenFile().Matches(CustomData(role)).ToDictionary(
        match => match.Groups["path"].Value, match => Convert.FromBase64String(match.Groups["content"].Value), StringComparer.Ordinal);

    /// <summary>What a machine of a role is told when it is made, an expression.</summary>
    public string CustomData(string role) => Machines(role).GetProperty("properties").GetProperty("virtualMachineProfile")
        .GetProperty("osProfile").GetProperty("customData").GetString()!;

    [GeneratedRegex(@"\.outputs\.(?<name>control|compute|gateway)\.value\.", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Identity();

    [GeneratedRegex(
        @"'(?<name>(ODIFF|AZURE)_[A-Z_]+)(=(?<value>[^'\n]*)\n'|', )", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Setting();

    [GeneratedRegex(
        @"createObject\('path', '(?<path>[^']+)',( 'permissions', '\d+',)? 'encoding', 'b64', 'content', '(?<content>[^']+)'\)",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WrittenFile();
}
