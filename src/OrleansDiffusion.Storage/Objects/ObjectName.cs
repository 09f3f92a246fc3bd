using System.Text;

namespace OrleansDiffusion.Storage.Objects;

/// <summary>What an object can be called in every store.</summary>
/// <remarks>
/// Parts between slashes, of letters, digits and the characters <c>. _ -</c>, none of which begins with a dot, with at
/// most 200 characters a part and 900 in all. A part is a folder or a file where the store is a folder.
/// </remarks>
public static class ObjectName
{
    private const int LongestPart = 200;
    private const int Longest = 900;

    private static readonly CompositeFormat Refusal = CompositeFormat.Parse(
        $"'{{0}}' cannot name an object: up to {Longest} characters in parts between slashes, " +
        $"each of 1 to {LongestPart} letters, digits, '.', '_' or '-' and without a dot in front");

    /// <summary>Throws unless a text names an object.</summary>
    /// <exception cref="ArgumentException">Says what names are made of.</exception>
    public static void Check(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!IsName(name))
            throw Refused(name, nameof(name));
    }

    /// <summary>Throws unless a text is the beginning of an object's name; an empty one is that of all.</summary>
    /// <exception cref="ArgumentException">Says what names are made of.</exception>
    public static void CheckPrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (!(prefix.Length == 0 || IsName(prefix.EndsWith('/') ? prefix[..^1] : prefix)))
            throw Refused(prefix, nameof(prefix));
    }

    /// <summary>Whether a text names an object.</summary>
    internal static bool IsName(string text) => text.Length <= Longest && Array.TrueForAll(text.Split('/'), IsPart);

    /// <summary>Whether a text is one part of a name.</summary>
    public static bool IsPart(string part) =>
        part.Length is > 0 and <= LongestPart && part[0] != '.' && part.All(IsPlain);

    private static bool IsPlain(char character) =>
        char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-';

    private static ArgumentException Refused(string name, string parameter) =>
        new(string.Format(null, Refusal, Safetensors.Printable.Of(name)), parameter);
}
