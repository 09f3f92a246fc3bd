namespace OrleansDiffusion.Digits.Data;

/// <summary>Labels as a person lists them.</summary>
internal static class LabelList
{
    /// <summary>Reads <c>0..9</c>, <c>7</c> or <c>3,5,7</c>.</summary>
    /// <exception cref="FormatException">It is none of these.</exception>
    public static IReadOnlyList<long> Parse(string list)
    {
        if (list.Split("..") is not [var first, var last])
            return [.. list.Split(',').Select(Digit)];
        var (start, end) = (Digit(first), Digit(last));
        return end >= start ? [.. Enumerable.Range((int)start, (int)(end - start + 1)).Select(d => (long)d)] : throw Unusable();

        long Digit(string text) => long.TryParse(text, out var digit) && digit is >= 0 and <= 9 ? digit : throw Unusable();
        FormatException Unusable() => new($"labels must be digits like 0..9 or 3,5,7, were {list}");
    }
}
