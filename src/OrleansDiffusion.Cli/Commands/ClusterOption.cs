using System.CommandLine;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>--cluster</c>: the name of a cluster.</summary>
internal sealed class ClusterOption : Option<string>
{
    public ClusterOption()
        : base("--cluster")
    {
        Description = "Name of the cluster; only silos of one name find each other.";
        DefaultValueFactory = _ => "odiff";
    }
}
