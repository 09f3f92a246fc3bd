namespace OrleansDiffusion.Cli.Tests;

/// <summary>The table of instruments in the README.</summary>
internal static class InstrumentTable
{
    /// <summary>Its rows.</summary>
    public static IReadOnlyList<(string Name, string Kind, string Unit, string[] Tags)> Rows { get; } =
    [
        .. File.ReadLines(Path.Combine(Repository.Root, "README.md"))
            .Where(line => line.StartsWith("| `odiff.", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => (
                cells[1].Trim('`'), cells[2], cells[3].Trim('`'),
                cells[4].Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(tag => tag.Trim('`')).ToArray())),
    ];
}
