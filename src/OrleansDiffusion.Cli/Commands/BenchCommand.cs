using System.CommandLine;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>odiff bench</c>: the measurements that the README shows.</summary>
internal static class BenchCommand
{
    public static Command Create() => new("bench", "Make the measurements of the README.")
    {
        BenchScalingCommand.Create(),
        BenchLinearizationsCommand.Create(),
        BenchGridCommand.Create(),
        BenchExchangeCommand.Create(),
        BenchCheckpointsCommand.Create(),
    };
}
