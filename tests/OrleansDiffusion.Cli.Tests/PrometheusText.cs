using System.Globalization;
using System.Text.RegularExpressions;

namespace OrleansDiffusion.Cli.Tests;

/// <summary>What a Prometheus endpoint says, in its text format.</summary>
internal sealed partial class PrometheusText
{
    private readonly List<(string Name, IReadOnlyDictionary<string, string> Labels, double Value)> _samples = [];

    public PrometheusText(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#'))
        {
            var match = Sample().Match(line);
            Assert.True(match.Success, line);
            var labels = Label().Matches(match.Groups["labels"].Value)
                .ToDictionary(label => label.Groups["name"].Value, label => label.Groups["value"].Value);
            _samples.Add((match.Groups["name"].Value, labels, double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture)));
        }
    }

    public IEnumerable<string> Names => _samples.Select(sample => sample.Name).Distinct();

    /// <summary>The sum of all that has a name and, where one is given, a label of a value.</summary>
    public double Sum(string name, string? label = null) => _samples
        .Where(sample => sample.Name == name && (label is null || sample.Labels.Values.Contains(label)))
        .Sum(sample => sample.Value);

    /// <summary>The names of the labels of all whose names begin so, but for those that every one has.</summary>
    public IEnumerable<string> Labels(string prefix) => _samples
        .Where(sample => sample.Name.StartsWith(prefix, StringComparison.Ordinal))
        .SelectMany(sample => sample.Labels.Keys).Distinct()
        .Where(label => label != "le" && !label.StartsWith("otel_scope_", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][\w:]*)(\{(?<labels>.*)\})? (?<value>\S+)( \d+)?$""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sample();

    [GeneratedRegex("""(?<name>\w+)="(?<value>([^"\\]|\\.)*)"(,|$)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Label();
}
