using System.CommandLine;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>odiff cancel</c>: ends a job.</summary>
internal static class CancelCommand
{
    public static Command Create()
    {
        var job = new JobArgument();
        var connect = new ConnectOptions(isRequired: true);
        var command = new Command("cancel", "End a job, unless it has come to its end, and print its state.") { job };
        foreach (var option in connect.All)
            command.Options.Add(option);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var connection = await connect.Open(parsed, cancellationToken);
            var id = parsed.GetRequiredValue(job);
            var state = (await connection.Manifests.CancelManifestAsync(id, cancellationToken))?.State
                ?? (await connection.Client.CancelAsync(id, cancellationToken)).State;
            Console.WriteLine($"{id} {JobWords.Of(state)}");
            return 0;
        });
        return command;
    }
}
