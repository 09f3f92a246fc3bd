using System.CommandLine;
using OrleansDiffusion.Cli.Output;
using OrleansDiffusion.Cli.Runs;
using OrleansDiffusion.Contracts.Manifests;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>odiff fetch</c>: waits for a job's samples and writes them.</summary>
internal static class FetchCommand
{
    public static Command Create()
    {
        var job = new JobArgument();
        var connect = new ConnectOptions(isRequired: true);
        var output = new OutputOptions();
        var command = new Command("fetch", "Wait for the samples of a job and write them.") { job };
        foreach (var option in (IEnumerable<Option>)[.. connect.All, .. output.All])
            command.Options.Add(option);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var connection = await connect.Open(parsed, cancellationToken);
            var id = parsed.GetRequiredValue(job);
            if (await connection.Manifests.FindManifestAsync(id, cancellationToken) is { } manifest)
                return await Write(connection, manifest, output.Folder(parsed), cancellationToken);
            var run = await GridRun.Join(connection.Client, id, cancellationToken);
            return await output.Write(run, run.Request, parsed, cancellationToken);
        });
        return command;
    }

    private static async Task<int> Write(
        JobConnection connection, ManifestStatus manifest, ManifestFolder folder, CancellationToken cancellationToken)
    {
        var end = await ManifestWatch.End(connection.Manifests, manifest, cancellationToken);
        await folder.Write(end.ManifestId, connection.Manifests, connection.Client, cancellationToken);
        ManifestWatch.Tell(end);
        return 0;
    }
}
