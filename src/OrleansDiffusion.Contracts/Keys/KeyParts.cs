using System.Globalization;

namespace OrleansDiffusion.Contracts.Keys;

/// <summary>How keys are written: parts between slashes, a share as <c>2-of-8</c>.</summary>
internal static class KeyParts
{
    public static string[] Split(string key, int count)
    {
        ArgumentNullException.ThrowIfNull(key);
        var parts = key.Split('/');
        return parts.Length == count && parts.All(part => part.Length > 0) ? parts : throw Malformed(key);
    }

    public static int Number(string key, string part) =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Malformed(key);

    public static (int Index, int Count) Share(string key, string part)
    {
        var ends = part.Split("-of-");
        if (ends.Length != 2)
            throw Malformed(key);
        var (index, count) = (Number(key, ends[0]), Number(key, ends[1]));
        return index < count ? (index, count) : throw Malformed(key);
    }

    private static FormatException Malformed(string key) => new($"'{key}' is not a key of this kind of grain");
}
