namespace OrleansDiffusion.Safetensors;

/// <summary>Checks that tensors fill the bytes behind a header: no overlap, and no hole in which anything could
/// hide.</summary>
internal static class SafetensorsLayout
{
    /// <summary>Checks tensors whose offsets are not reversed.</summary>
    /// <param name="entries">The tensors by name.</param>
    /// <param name="bytes">How many bytes are behind the header.</param>
    /// <exception cref="SafetensorsFormatException">Says what is wrong and names the tensor.</exception>
    public static void Check(IReadOnlyDictionary<string, SafetensorsEntry> entries, long bytes)
    {
        var end = 0L;
        foreach (var (name, entry) in entries.OrderBy(pair => pair.Value.Begin).ThenBy(pair => pair.Value.End))
        {
            if (entry.Begin < end)
                throw Wrong(name, $"starts at byte {entry.Begin} of the data, before another one ends at {end}");
            if (entry.Begin > end)
                throw Wrong(name, $"starts at byte {entry.Begin} of the data, behind a hole from {end}");
            if (entry.End > bytes)
                throw Wrong(name, $"ends at byte {entry.End} of the data, past its end at {bytes}");
            end = entry.End;
        }

        if (end != bytes)
            throw new SafetensorsFormatException($"tensors end at byte {end} of the data, {bytes - end} bytes follow");
    }

    private static SafetensorsFormatException Wrong(string name, string what) => new($"tensor '{Printable.Of(name)}' {what}");
}
