using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace OrleansDiffusion.Cli;

/// <summary>Logs on stderr, a line each.</summary>
internal static class TerminalLog
{
    /// <summary>Of a command that ends by itself: what was asked for, or null for nothing at all.</summary>
    public static Action<ILoggingBuilder>? For(ParseResult parsed) => IsVerbose(parsed) ? Add : null;

    /// <summary>
    /// Of a silo or a gateway: what was asked for, or OrleansDiffusion's warnings all the same, since none but a log is told of
    /// them. Orleans' own are for whoever asks: it warns, and speaks of errors, wherever a silo comes or goes in order.
    /// </summary>
    public static Action<ILoggingBuilder> OfServer(ParseResult parsed) => IsVerbose(parsed)
        ? Add
        : log => Add(log, LogLevel.Warning, LogLevel.Critical);

    /// <summary>Logs Orleans' warnings, and from <see cref="LogLevel.Information"/> on what OrleansDiffusion says.</summary>
    public static void Add(ILoggingBuilder log) => Add(log, LogLevel.Information, LogLevel.Warning);

    private static void Add(ILoggingBuilder log, LogLevel own, LogLevel others)
    {
        log.SetMinimumLevel(others);
        log.AddFilter("OrleansDiffusion", own);
        log.AddSimpleConsole(console => console.SingleLine = true);
        log.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    private static bool IsVerbose(ParseResult parsed) => parsed.GetValue(CommandLine.Verbose);
}
