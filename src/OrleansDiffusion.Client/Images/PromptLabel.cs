using System.Globalization;
using System.Text.RegularExpressions;
using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Client.Images;

/// <summary>
/// What a prompt says to a class-conditional model: the one number in it, in digits, is the label: <c>3</c>, <c>a
/// handwritten 3</c>. An empty prompt asks for any class. What a model cannot follow is refused, not ignored.
/// </summary>
internal static partial class PromptLabel
{
    /// <summary>The labels that a prompt asks for: one, or none.</summary>
    /// <exception cref="RequestRefusedException">The model cannot follow it.</exception>
    public static int[] Read(string? prompt, ModelSummary model)
    {
        if (string.IsNullOrWhiteSpace(prompt))
            return [];
        if (model.Labels is not { } labels)
            throw Refused($"must be empty for {model.Name}, which draws from no description");
        return Numbers().Matches(prompt) is [{ Value: var number }]
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var label) && label < labels
                ? [label]
                : throw Refused($"must name one label of {model.Name} by its number, 0 to {labels - 1}, such as 'a handwritten 3'");
    }

    private static RequestRefusedException Refused(string reason) => new(new Refusal("prompt", reason));

    [GeneratedRegex(@"-?\d+(\.\d+)?", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Numbers();
}
