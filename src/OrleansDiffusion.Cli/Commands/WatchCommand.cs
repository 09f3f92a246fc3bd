using System.CommandLine;
using OrleansDiffusion.Cli.Output;
using OrleansDiffusion.Cli.Runs;
using OrleansDiffusion.Client;
using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>odiff watch</c>: shows how far a job has come, until its end.</summary>
internal static class WatchCommand
{
    public static Command Create()
    {
        var job = new JobArgument();
        var connect = new ConnectOptions(isRequired: true);
        var command = new Command("watch", "Show how far a job has come, until its end.") { job };
        foreach (var option in connect.All)
            command.Options.Add(option);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var connection = await connect.Open(parsed, cancellationToken);
            var id = parsed.GetRequiredValue(job);
            if (await connection.Manifests.FindManifestAsync(id, cancellationToken) is { } manifest)
            {
                ManifestWatch.Tell(await ManifestWatch.End(connection.Manifests, manifest, cancellationToken));
                return 0;
            }

            return await Watch(connection.Client, id, cancellationToken);
        });
        return command;
    }

    private static async Task<int> Watch(ISamplingClient client, string jobId, CancellationToken cancellationToken)
    {
        var status = await client.GetAsync(jobId, cancellationToken);
        var description = new RunDescription(jobId, status.Request!, status.Outline!, IsSequential: false, Devices: null);
        await ProgressDisplay.Run(description, async progress =>
        {
            await foreach (var step in client.WatchAsync(jobId, cancellationToken))
                progress.Report(step);
        });
        var end = await client.GetAsync(jobId, cancellationToken);
        if (end.State != JobState.Succeeded)
            throw new JobFailedException(end);
        Console.WriteLine($"{jobId} {JobWords.Of(end.State)}");
        return 0;
    }
}
