using System.CommandLine;
using OrleansDiffusion.Cli.Output;
using OrleansDiffusion.Client;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Sampling;
using Spectre.Console;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>odiff list</c>: the jobs of a cluster.</summary>
internal static class ListCommand
{
    public static Command Create()
    {
        var connect = new ConnectOptions(isRequired: true);
        var most = new Option<int>("--most") { Description = "How many to list at most.", DefaultValueFactory = _ => 20 };
        var command = new Command("list", "List the jobs of a cluster, in the descending order of their ids: the newest first.") { most };
        foreach (var option in connect.All)
            command.Options.Add(option);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(most) is < 1 and var few)
                throw new InvalidOptionException("most", $"must be positive, was {few}");
            await using var connection = await connect.Open(parsed, cancellationToken);
            await List(connection.Client, parsed.GetValue(most), cancellationToken);
            return 0;
        });
        return command;
    }

    private static async Task List(ISamplingClient client, int most, CancellationToken cancellationToken)
    {
        var table = new Table().Border(TableBorder.Simple)
            .AddColumns("job", "state", "samples", "model", "sampler", "submitted");
        var isMore = false;
        await foreach (var job in client.ListAsync(cancellationToken).Take(most + 1))
        {
            isMore = table.Rows.Count == most;
            if (!isMore)
                table.AddRow([.. CellsOf(job).Select(Markup.Escape)]);
        }

        ConsoleTable.Write(table);
        if (isMore)
            Console.WriteLine($"There are more: --most {most} was listed.");
    }

    private static string[] CellsOf(JobSummary job) =>
    [
        job.JobId, JobWords.Of(job.State), $"{job.Done}/{job.Count}", job.Model, job.Sampler,
        job.Submitted is { } submitted ? $"{submitted.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z" : "-",
    ];
}
