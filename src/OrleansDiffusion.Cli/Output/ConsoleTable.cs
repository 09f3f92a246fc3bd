using Spectre.Console;

namespace OrleansDiffusion.Cli.Output;

/// <summary>Tables on stdout.</summary>
internal static class ConsoleTable
{
    private const int WidthOfFiles = 200;

    /// <summary>Writes a table; into a file or pipe, which have no width, without wrapping cells.</summary>
    public static void Write(Table table)
    {
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = WidthOfFiles;
        AnsiConsole.Write(table);
    }
}
