using System.CommandLine;

namespace OrleansDiffusion.Cli.Commands;

/// <summary>The id of a job, as <c>odiff submit</c> has printed it.</summary>
internal sealed class JobArgument : Argument<string>
{
    public JobArgument()
        : base("job") => Description = "The job's id, as odiff submit has printed it and odiff list prints it.";
}
