using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Cli.Commands;

/// <summary>The emulated accelerator of a benchmark, as <c>--device</c> names it.</summary>
internal static class BenchDevice
{
    private const string Option = "device";

    /// <summary>Reads it.</summary>
    /// <param name="text">One device, as in <see cref="DeviceList.Parse(string)"/>.</param>
    /// <exception cref="InvalidOptionException">It is none, several, not emulated, or its calls take no time.</exception>
    public static Device Parse(string text)
    {
        try
        {
            if (DeviceList.Parse(text) is [{ IsEmulated: true } device] && device.CallTime > TimeSpan.Zero)
                return device;
        }
        catch (InvalidOptionException)
        {
            // Its requirement is that of a list.
        }

        throw new InvalidOptionException(
            Option, $"must be one emulated device whose calls take time, such as emulated:50ms or emulated:BASE+SLOPE, was {text}");
    }
}
