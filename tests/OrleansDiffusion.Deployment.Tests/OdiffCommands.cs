using System.CommandLine;

namespace OrleansDiffusion.Deployment.Tests;

/// <summary>Command lines of deployments, as odiff itself reads them.</summary>
internal static class OdiffCommands
{
    /// <summary>Reads a command line, which must be one that odiff takes.</summary>
    public static ParseResult Parse(params IEnumerable<string> arguments)
    {
        var parsed = Cli.CommandLine.Root().Parse([.. arguments]);
        Assert.Empty(parsed.Errors.Select(error => error.Message));
        return parsed;
    }

    /// <summary>What an option is, given or by default.</summary>
    public static T Option<T>(this ParseResult parsed, string name) => parsed.GetValue<T>(name)!;
}
