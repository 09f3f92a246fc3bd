using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Nodes.Tests.Devices;

/// <summary>Devices as an operator writes them.</summary>
public sealed class DeviceListTests
{
    [Fact]
    public void Devices_are_read_in_their_order()
    {
        var devices = DeviceList.Parse("cuda:1, cpu,emulated:50ms+0.2ms", gpus: () => 2);

        Assert.Equal(["cuda:1", "cpu", "emulated:50ms+0.2ms"], devices.Select(device => device.Name));
        Assert.Equal(
            [DeviceKind.Cuda, DeviceKind.Cpu, DeviceKind.Emulated], devices.Select(device => device.Kind));
        Assert.Equal([false, false, true], devices.Select(device => device.IsEmulated));
        Assert.Equal(["cuda:1", "cpu", "cpu"], devices.Select(device => device.Torch.ToString()));
    }

    [Theory]
    [InlineData("emulated:50ms+0.2ms", 50, 0.2)]
    [InlineData("emulated:50ms", 50, 0)]
    [InlineData("emulated:0ms+1.5ms", 0, 1.5)]
    [InlineData("emulated:1.25s+80us", 1250, 0.08)]
    public void An_emulated_device_has_a_time_for_a_call_and_one_for_a_row(string text, double call, double row)
    {
        var device = Assert.Single(DeviceList.Parse(text));

        Assert.Equal(TimeSpan.FromMilliseconds(call), device.CallTime);
        Assert.Equal(TimeSpan.FromMilliseconds(row), device.RowTime);
    }

    [Theory]
    [InlineData("emulated:50ms", 0, false)]
    [InlineData("emulated:50ms:nan=1", 1, false)]
    [InlineData("emulated:50ms+0.2ms:nan=20-", 20, true)]
    public void An_emulated_device_may_be_a_broken_one(string text, long first, bool lasts)
    {
        var devices = DeviceList.Parse($"{text},{text}");

        Assert.All(devices, device => Assert.Equal(new NanCalls(first, lasts), device.NanCalls));
        Assert.Equal([text, text + "#2"], devices.Select(device => device.Name));
    }

    [Fact]
    public void Emulated_devices_that_are_alike_are_told_apart()
    {
        var devices = DeviceList.Parse("emulated:50ms,emulated:50ms,emulated:50ms+1ms,emulated:50ms");

        Assert.Equal(
            ["emulated:50ms", "emulated:50ms#2", "emulated:50ms+1ms", "emulated:50ms#3"],
            devices.Select(device => device.Name));
        Assert.Equal(4, devices.Distinct().Count());
        Assert.Equal(devices[0].CallTime, devices[3].CallTime);
    }

    [Theory]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("cpu,")]
    [InlineData("CPU")]
    [InlineData("cuda")]
    [InlineData("cuda:-1")]
    [InlineData("emulated")]
    [InlineData("emulated:50")]
    [InlineData("emulated:-50ms")]
    [InlineData("emulated:50ms+")]
    [InlineData("emulated:50ms+1ms+1ms")]
    [InlineData("emulated:50ms#2")]
    [InlineData("emulated:50ms:nan")]
    [InlineData("emulated:50ms:nan=always")]
    [InlineData("cpu:nan=1")]
    public void Anything_else_is_refused(string text)
    {
        var error = Assert.Throws<InvalidOptionException>(() => DeviceList.Parse(text, gpus: () => 8));

        Assert.Equal("devices", error.Option);
        Assert.Equal(
            "devices must be cpu, cuda:N or emulated:BASE+SLOPE (emulated:50ms+0.2ms, emulated:50ms, or a broken "
            + $"emulated:50ms:nan=20), several separated by commas, was \"{text}\"",
            error.Message);
    }

    [Theory]
    [InlineData("cuda:0", 0, "must be cpu or emulated here, libtorch sees no GPU, was \"cuda:0\"")]
    [InlineData("cuda:2", 2, "must be cuda:0 to cuda:1, the GPUs that libtorch sees, was \"cuda:2\"")]
    [InlineData("cuda:99999999999", 2, "must be cuda:0 to cuda:1, the GPUs that libtorch sees, was \"cuda:99999999999\"")]
    [InlineData("cpu,cpu", 0, "must name cpu once, was \"cpu,cpu\"")]
    [InlineData("cuda:0,cuda:1,cuda:0", 2, "must name cuda:0 once, was \"cuda:0,cuda:1,cuda:0\"")]
    [InlineData("emulated:1000s", 0, "must have emulated times of 10 minutes at most, was \"emulated:1000s\"")]
    [InlineData("emulated:1s:nan=0", 0, "must count calls with NaN from 1, was \"emulated:1s:nan=0\"")]
    public void What_cannot_be_is_refused(string text, int gpus, string requirement)
    {
        var error = Assert.Throws<InvalidOptionException>(() => DeviceList.Parse(text, () => gpus));

        Assert.Equal(("devices", requirement), (error.Option, error.Requirement));
    }

    [Fact]
    public void Without_devices_there_is_one_nevertheless() => Assert.NotEmpty(new DeviceOptions().Validate());

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Equal("device-queue", Refused(new DeviceOptions { MostQueued = 0 }));
        Assert.Equal("device-wait", Refused(new DeviceOptions { GroupWait = TimeSpan.Zero }));
        Assert.Equal("device-wait", Refused(new DeviceOptions { GroupWait = TimeSpan.FromMinutes(2) }));
        Assert.Equal("devices", Refused(new DeviceOptions { Devices = "tpu" }));

        static string Refused(DeviceOptions options) => Assert.Throws<InvalidOptionException>(options.Validate).Option;
    }
}
