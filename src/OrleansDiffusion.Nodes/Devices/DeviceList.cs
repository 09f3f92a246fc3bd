using System.Globalization;
using System.Text.RegularExpressions;
using OrleansDiffusion.Models.Native;
using OrleansDiffusion.Sampling;
using TorchSharp;

namespace OrleansDiffusion.Nodes.Devices;

/// <summary>A silo's devices as its operator writes them.</summary>
public static partial class DeviceList
{
    private const string Option = "devices";
    private static readonly TimeSpan LongestTime = TimeSpan.FromMinutes(10);

    /// <summary>All GPUs that libtorch sees, or the CPU where there are none.</summary>
    public static IReadOnlyList<Device> Default() =>
        Gpus() is > 0 and var gpus ? [.. Enumerable.Range(0, gpus).Select(Device.Cuda)] : [Device.Cpu];

    /// <summary>Reads a list.</summary>
    /// <param name="text">
    /// Devices separated by commas: <c>cpu</c>, <c>cuda:N</c>, or <c>emulated:BASE+SLOPE</c> with times such as
    /// <c>50ms</c>, <c>0.2ms</c>, <c>80us</c> or <c>1s</c>, whose slope may be left out; with <c>:nan=K</c> behind it the
    /// device returns NaN in its call K, from 1, with <c>:nan=K-</c> in all calls from K on.
    /// </param>
    /// <returns>One or more devices of different names.</returns>
    /// <exception cref="InvalidOptionException">It is none, or names a GPU that libtorch does not see.</exception>
    public static IReadOnlyList<Device> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Parse(text, Gpus);
    }

    /// <summary>As <see cref="Parse(string)"/>, where libtorch sees as many GPUs as is said.</summary>
    internal static IReadOnlyList<Device> Parse(string text, Func<int> gpus)
    {
        var devices = new List<Device>();
        foreach (var entry in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var device = Entry(entry, gpus) ?? throw Unreadable(text);
            devices.Add(device.IsEmulated ? Numbered(device, devices) : device);
        }

        if (devices.GroupBy(device => device).FirstOrDefault(same => same.Count() > 1) is { Key: var twice })
            throw new InvalidOptionException(Option, $"must name {twice} once, was \"{text}\"");
        return devices;
    }

    private static Device? Entry(string text, Func<int> gpus)
    {
        if (text == Device.Cpu.Name)
            return Device.Cpu;
        if (CudaFormat.Match(text) is { Success: true } cuda)
            return Cuda(text, cuda.Groups["index"].ValueSpan, gpus());
        return EmulatedFormat.Match(text) is { Success: true } emulated
            ? Device.Emulated(text, Time("base", emulated, text), Time("slope", emulated, text), Nan(emulated, text))
            : null;
    }

    private static Device Cuda(string text, ReadOnlySpan<char> index, int gpus)
    {
        if (gpus == 0)
            throw new InvalidOptionException(Option, $"must be cpu or emulated here, libtorch sees no GPU, was \"{text}\"");
        return int.TryParse(index, CultureInfo.InvariantCulture, out var number) && number < gpus
            ? Device.Cuda(number)
            : throw new InvalidOptionException(
                Option, $"must be cuda:0 to cuda:{gpus - 1}, the GPUs that libtorch sees, was \"{text}\"");
    }

    private static TimeSpan Time(string name, Match match, string text)
    {
        if (!match.Groups[name].Success)
            return TimeSpan.Zero;
        var unit = match.Groups[name + "Unit"].Value switch
        {
            "us" => TimeSpan.TicksPerMicrosecond,
            "ms" => TimeSpan.TicksPerMillisecond,
            _ => TimeSpan.TicksPerSecond,
        };
        var ticks = double.Parse(match.Groups[name].ValueSpan, CultureInfo.InvariantCulture) * unit;
        return ticks <= LongestTime.Ticks
            ? new TimeSpan((long)Math.Round(ticks))
            : throw new InvalidOptionException(
                Option, $"must have emulated times of {LongestTime.TotalMinutes} minutes at most, was \"{text}\"");
    }

    private static NanCalls Nan(Match match, string text)
    {
        if (!match.Groups["nan"].Success)
            return default;
        return long.TryParse(match.Groups["nan"].ValueSpan, CultureInfo.InvariantCulture, out var first) && first > 0
            ? new NanCalls(first, match.Groups["on"].Success)
            : throw new InvalidOptionException(Option, $"must count calls with NaN from 1, was \"{text}\"");
    }

    private static Device Numbered(Device device, List<Device> before)
    {
        var same = before.Count(other => other.Name == device.Name || other.Name.StartsWith(device.Name + '#', StringComparison.Ordinal));
        return same == 0
            ? device
            : Device.Emulated($"{device.Name}#{same + 1}", device.CallTime, device.RowTime, device.NanCalls);
    }

    private static int Gpus()
    {
        LibTorch.Load();
        return torch.cuda.is_available() ? torch.cuda.device_count() : 0;
    }

    private static InvalidOptionException Unreadable(string text) => new(
        Option,
        "must be cpu, cuda:N or emulated:BASE+SLOPE (emulated:50ms+0.2ms, emulated:50ms, or a broken emulated:50ms:nan=20), "
        + $"several separated by commas, was \"{text}\"");

    [GeneratedRegex(@"^cuda:(?<index>[0-9]+)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CudaFormat { get; }

    [GeneratedRegex(
        @"^emulated:(?<base>[0-9]+(\.[0-9]+)?)(?<baseUnit>us|ms|s)(\+(?<slope>[0-9]+(\.[0-9]+)?)(?<slopeUnit>us|ms|s))?"
        + @"(:nan=(?<nan>[0-9]+)(?<on>-)?)?$",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex EmulatedFormat { get; }
}
