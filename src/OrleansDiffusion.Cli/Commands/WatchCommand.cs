using System.CommandLine;
using OrleansDiffusion.Cli.Output;
using OrleansDiffusion.Cli.Runs;
using OrleansDiffusion.Client;
using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>odiff watch</c>: shows how far a job has come, until its end.</summary>
internal static class WatchCommand
{
    private static readonly TimeSpan PreviewPeriod = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        var job = new JobArgument();
        var preview = new Option<string?>("--preview")
        {
            Description = "Write what the samples look like that are under way, every second: .png, .npy or .safetensors.",
        };
        var connect = new ConnectOptions(isRequired: true);
        var command = new Command("watch", "Show how far a job has come, until its end.") { job, preview };
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

            return await Watch(connection.Client, id, parsed.GetValue(preview), cancellationToken);
        });
        return command;
    }

    private static async Task<int> Watch(
        ISamplingClient client, string jobId, string? preview, CancellationToken cancellationToken)
    {
        var status = await client.GetAsync(jobId, cancellationToken);
        var description = new RunDescription(jobId, status.Request!, status.Outline!, IsSequential: false, Devices: null);
        var file = preview is null ? null : new SampleFile(preview, status.Outline!.Shape, status.Outline.Batch, "preview");
        await ProgressDisplay.Run(description, async progress =>
        {
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var previews = file is null ? Task.CompletedTask : WritePreviews(client, jobId, status.Outline!.Batch, file, ending.Token);
            await foreach (var step in client.WatchAsync(jobId, cancellationToken))
                progress.Report(step);
            await ending.CancelAsync();
            await previews;
        });
        var end = await client.GetAsync(jobId, cancellationToken);
        if (end.State != JobState.Succeeded)
            throw new JobFailedException(end);
        Console.WriteLine($"{jobId} {JobWords.Of(end.State)}");
        return 0;
    }

    private static async Task WritePreviews(
        ISamplingClient client, string jobId, int most, SampleFile file, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var previews = await client.PreviewAsync(jobId, most, cancellationToken);
                if (previews.Count > 0)
                    file.Write([.. previews.SelectMany(preview => preview.Estimate.Values.ToArray())], $"Previews of job {jobId}");
                await Task.Delay(PreviewPeriod, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The job is over.
        }
    }
}
