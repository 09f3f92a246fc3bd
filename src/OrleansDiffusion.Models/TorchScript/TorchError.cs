using OrleansDiffusion.Safetensors;

namespace OrleansDiffusion.Models.TorchScript;

/// <summary>An error of libtorch, which tells a page of source and call stack, in one line.</summary>
internal static class TorchError
{
    private const int Longest = 200;

    /// <summary>The line that says what is wrong.</summary>
    public static string Line(Exception error)
    {
        var lines = error.Message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        // An error inside a module comes last, after its source.
        var line = lines.LastOrDefault(line => line.Contains("Error: ", StringComparison.Ordinal)) ?? lines.FirstOrDefault();
        return Printable.Of(line ?? error.GetType().Name, Longest);
    }
}
