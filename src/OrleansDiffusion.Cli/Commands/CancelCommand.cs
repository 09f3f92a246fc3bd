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
            var status = await connection.Client.CancelAsync(parsed.GetRequiredValue(job), cancellationToken);
            Console.WriteLine($"{status.JobId} {JobWords.Of(status.State)}");
            return 0;
        });
        return command;
    }
}
