using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>--label</c>: one class label, or several that samples take in turn.</summary>
internal sealed class LabelOption : Option<string?>
{
    // More than any model has; it keeps a slip of the pen from filling memory.
    private const int MostLabels = 1 << 16;

    public LabelOption()
        : base("--label") =>
        Description = "Class label, or labels that samples take in turn: 3, 0..9 (with both ends) or 0,2,4.";

    /// <summary>The labels, in their order; empty where none is asked for.</summary>
    /// <exception cref="InvalidOptionException">They cannot be read.</exception>
    public ImmutableArray<int> Read(ParseResult parsed) => parsed.GetValue(this) is { } text ? Parse(text) : [];

    /// <summary>Reads labels and ranges of labels, separated by commas.</summary>
    /// <exception cref="InvalidOptionException">They cannot be read.</exception>
    public static ImmutableArray<int> Parse(string text)
    {
        var labels = ImmutableArray.CreateBuilder<int>();
        foreach (var part in text.Split(','))
        {
            var ends = part.Split("..");
            if (ends.Length > 2 || !TryRead(ends[0], out var first) || !TryRead(ends[^1], out var last) || last < first)
                throw new InvalidOptionException(
                    "label", $"must be a label such as 3, a range such as 0..9 or a list such as 0,2,4, was {text}");
            if (last - first >= MostLabels - labels.Count)
                throw new InvalidOptionException("label", $"must list at most {MostLabels} labels, was {text}");
            labels.AddRange(Enumerable.Range(first, last - first + 1));
        }

        return labels.ToImmutable();
    }

    private static bool TryRead(string text, out int label) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out label);
}
