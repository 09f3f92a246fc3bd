using System.CommandLine;
using OrleansDiffusion.Cli.Runs;
using OrleansDiffusion.Grid.Durability;
using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Silo;
using OrleansDiffusion.Storage.Objects;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>odiff sample</c>: draws samples and writes them to a file.</summary>
internal static class SampleCommand
{
    public static Command Create()
    {
        var options = new SampleOptions();
        var command = new Command("sample", "Draw samples from a model.");
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Run(options, parsed, cancellationToken));
        return command;
    }

    private static async Task<int> Run(SampleOptions options, ParseResult parsed, CancellationToken cancellationToken)
    {
        var request = options.Request(parsed);
        var silos = options.Silos(parsed);
        var devices = new DeviceOptions { Devices = options.Devices(parsed) };
        if (options.Connect(parsed) is { } connect)
        {
            await using var connection = await connect.Open(parsed, cancellationToken);
            var job = await GridRun.PlanBy(connection.Client, request, cancellationToken: cancellationToken);
            return await options.Output.Write(job, request, parsed, cancellationToken);
        }

        var checkpoint = options.Checkpoint(parsed);
        TorchRuntime.Load();
        if (options.IsInProcess(parsed))
        {
            using var inProcess = InProcessRun.Open(request, options.IsSequential(parsed));
            return await options.Output.Write(inProcess, request, parsed, cancellationToken, options.IsSequential(parsed));
        }

        var named = devices.Devices is null ? null : devices.Validate();
        var kept = checkpoint is null ? null : await KeptJob(checkpoint.Open(parsed)!, cancellationToken);
        await using var grid = await EmbeddedGrid.Start(
            silos, settings => settings with { Devices = devices, Storage = checkpoint?.Read(parsed) },
            TerminalLog.For(parsed), cancellationToken);
        var run = await GridRun.Plan(grid.Grains, request, GridCalls.Once, kept, cancellationToken);
        return await options.Output.Write(run, request, parsed, cancellationToken, devices: named);
    }

    // The job that is kept in a store, or the id of one that is to be.
    private static async Task<string> KeptJob(IObjectStore store, CancellationToken cancellationToken) =>
        await new JobStore(store).Jobs(cancellationToken) switch
        {
            [] => GridRun.NewJobId(),
            [var only] => only,
            var several => throw new InvalidOptionException("checkpoint", $"must hold one job, holds {several.Count}"),
        };
}
