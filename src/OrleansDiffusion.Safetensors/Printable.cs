namespace OrleansDiffusion.Safetensors;

/// <summary>Text from a file as a message can show it.</summary>
public static class Printable
{
    private const int Longest = 80;

    /// <summary>The start of the text, with a question mark for each character that would break the line.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="longest">Most characters of it, 0 or more; default 80.</param>
    public static string Of(string text, int longest = Longest)
    {
        ArgumentNullException.ThrowIfNull(text);
        var start = text.Length <= longest ? text : string.Concat(text.AsSpan(0, longest), "…");
        return string.Concat(start.Select(character => IsPlain(character) ? character : '?'));
    }

    private static bool IsPlain(char character) =>
        !char.IsControl(character) && !char.IsSurrogate(character) && character is not ('\u2028' or '\u2029');
}
