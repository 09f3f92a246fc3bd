using System.CommandLine;
using OrleansDiffusion.Client;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>odiff submit</c>: hands a request or a manifest of many to a cluster, and prints the id.</summary>
internal static class SubmitCommand
{
    public static Command Create()
    {
        var request = new RequestArguments();
        var connect = new ConnectOptions(isRequired: true);
        var id = new Option<string?>("--id")
        {
            Description = "The job's id: letters, digits, '.', '-' and '_'. The same command again changes nothing [default: a new one, of a manifest one that follows from what it says].",
        };
        var manifest = new ManifestOption();
        var command = new Command("submit", "Have a cluster draw samples, and print the id of the job; fetch writes them.") { id, manifest };
        foreach (var option in (IEnumerable<Option>)[.. request.All, .. connect.All])
            command.Options.Add(option);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var asked = request.Read(parsed);
            await using var connection = await connect.Open(parsed, cancellationToken);
            if (parsed.GetValue(manifest) is { } path)
            {
                Console.WriteLine(await ManifestOption.Submit(connection.Manifests, path, asked, parsed.GetValue(id), cancellationToken));
                return 0;
            }

            var jobId = parsed.GetValue(id) ?? JobIds.New();
            try
            {
                await connection.Client.SubmitAsync(jobId, asked, cancellationToken);
            }
            catch (RequestRefusedException e) when (e.Option == "job")
            {
                throw new InvalidOptionException("id", e.Reason);
            }

            Console.WriteLine(jobId);
            return 0;
        });
        return command;
    }
}
