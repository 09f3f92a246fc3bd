using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace OrleansDiffusion.Cli;

/// <summary>Logs on stderr, a line each.</summary>
internal static class TerminalLog
{
    /// <summary>What was asked for: Orleans' warnings and what OrleansDiffusion says, or null for nothing at all.</summary>
    public static Action<ILoggingBuilder>? For(ParseResult parsed) => parsed.GetValue(CommandLine.Verbose) ? Add : null;

    /// <summary>Logs Orleans' warnings, and from <see cref="LogLevel.Information"/> on what OrleansDiffusion says.</summary>
    public static void Add(ILoggingBuilder log)
    {
        log.SetMinimumLevel(LogLevel.Warning);
        log.AddFilter("OrleansDiffusion", LogLevel.Information);
        log.AddSimpleConsole(console => console.SingleLine = true);
        log.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
