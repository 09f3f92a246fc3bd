using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using OrleansDiffusion.Grid;
using OrleansDiffusion.Nodes.Devices;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Cli.Tests;

public sealed class InstrumentTableTests
{
    [Fact]
    public async Task The_readme_lists_the_instruments_that_there_are()
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        using var readings = new MeterReadings(factory);
        _ = (new GridMetrics(factory), new DeviceMetrics(factory));

        Assert.Equal(
            readings.Instruments.Select(instrument => (instrument.Name, KindOf(instrument), instrument.Unit)).Order(),
            InstrumentTable.Rows.Select(row => (row.Name, row.Kind, (string?)row.Unit)).Order());
        Assert.All(readings.Instruments, instrument => Assert.False(string.IsNullOrEmpty(instrument.Description)));
    }

    private static string KindOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "ObservableGauge" => "gauge",
        "UpDownCounter" => "up-down counter",
        var kind => kind.ToLowerInvariant(),
    };
}
