using System.CommandLine;
using System.Runtime.InteropServices;
using OrleansDiffusion.Cli.Commands;
using OrleansDiffusion.Client;
using OrleansDiffusion.Models;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Cli;

/// <summary>The command line as a whole, and how its errors are told: one line on stderr and an exit code.</summary>
internal static class CommandLine
{
    private const int Failed = 1;
    private const int Unusable = 2;

    /// <summary>Whether logs and the stack trace of an error are wanted; an option of every command.</summary>
    public static Option<bool> Verbose { get; } =
        new("--verbose") { Description = "Print logs, and the stack trace of an error.", Recursive = true };

    /// <summary>All commands and their options.</summary>
    public static RootCommand Root()
    {
        var root = new RootCommand("Samples diffusion models parallel in time.")
        {
            SampleCommand.Create(),
            SubmitCommand.Create(),
            WatchCommand.Create(),
            ListCommand.Create(),
            CancelCommand.Create(),
            FetchCommand.Create(),
            ModelsCommand.Create(),
            SiloCommand.Create(),
            GatewayCommand.Create(),
            RedisCommand.Create(),
            BenchCommand.Create(),
        };
        root.Options.Add(Verbose);
        return root;
    }

    /// <summary>Runs a command: 0 done, 1 it failed, 2 unusable arguments.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Root().Parse(args);
        if (parsed.Errors.Count > 0)
            return Report(ParseMistake.Of(parsed), Unusable);
        using var cancellation = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
        try
        {
            var configuration = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await parsed.InvokeAsync(configuration, cancellation.Token);
        }
        catch (Exception e)
        {
            if (parsed.GetValue(Verbose))
                await Console.Error.WriteLineAsync(e.ToString());
            return e switch
            {
                InvalidOptionException invalid => Report($"--{invalid.Option} {invalid.Requirement}", Unusable),
                RequestRefusedException { Option: { } option } refused => Report($"--{option} {refused.Reason}", Unusable),
                ModelFormatException or RequestRefusedException or JobNotFoundException => Report(e.Message, Unusable),
                OperationCanceledException => Report("cancelled", Failed),
                _ => Report(e.Message.ReplaceLineEndings(" "), Failed),
            };
        }

        // The first signal lets a command end in order, after the model call under way; a second ends the process.
        void Cancel(PosixSignalContext context)
        {
            context.Cancel = !cancellation.IsCancellationRequested;
            cancellation.Cancel();
        }
    }

    private static int Report(string line, int exitCode)
    {
        Console.Error.WriteLine($"odiff: {line}");
        return exitCode;
    }
}
