using System.CommandLine;
using System.Runtime.InteropServices;
using OrleansDiffusion.Digits.Commands;

var root = new RootCommand("Trains the model \"digits\" and measures its samples.")
{
    TrainCommand.Create(),
    ClassifierCommand.Create(),
    EvaluateCommand.Create(),
};
SharedOptions.AddTo(root);

// The first signal lets a training save a checkpoint; a second ends the process.
using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    var configuration = new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = null,
    };
    return await root.Parse(args).InvokeAsync(configuration, stop.Token);
}
catch (Exception e)
{
    await Console.Error.WriteLineAsync($"digits: {e.Message}");
    return 1;
}

void Stop(PosixSignalContext context)
{
    context.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
