using System.CommandLine;

namespace OrleansDiffusion.Cli.Commands;

/// <summary><c>--devices</c>: what a silo evaluates models on, as <see cref="Nodes.Devices.DeviceList"/> reads it.</summary>
internal sealed class DevicesOption : Option<string?>
{
    public DevicesOption()
        : base("--devices") =>
        Description = "Devices of a silo, separated by commas: cpu, cuda:N, or emulated:50ms+0.2ms, which takes that "
            + "long a call and a row; emulated:50ms:nan=20 is one that returns NaN in its 20th call, nan=20- from then on "
            + "[default: all GPUs, or cpu].";
}
