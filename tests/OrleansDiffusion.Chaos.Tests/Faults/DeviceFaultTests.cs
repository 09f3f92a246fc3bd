using System.Diagnostics;
using OrleansDiffusion.Chaos.Tests.Cluster;
using OrleansDiffusion.Chaos.Tests.Jobs;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Chaos.Tests.Faults;

/// <summary>Devices that return NaN cost no sample, unless there are no others.</summary>
[Collection(typeof(FaultSuite))]
public sealed class DeviceFaultTests(FaultMatrix matrix) : IAsyncDisposable
{
    private readonly List<OdiffProcess> _broken = [];

    private FaultCluster Cluster => matrix.Cluster;

    // The silo's, as Orleans writes it, without its generation.
    private string Name => $"S{_broken[0].Ready[4]}:";

    // Of the batch's sweeps the one after that which the fault is noted from; a sweep is a call of a device.
    private int Call => matrix.SweepOf(batch: 0, 0.5) + 1;

    public async ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
            await Cluster.Clear();
        else
            await Task.WhenAll(_broken.Select(silo => silo.Kill()));
    }

    [Fact]
    public async Task Device_returns_NaN_once()
    {
        await Break(1, $":nan={Call}");

        var job = await matrix.Disturb("a device returns NaN once", batch: 0, 0.5, _ => Task.CompletedTask);

        await Cluster.HasRecovered(job, times: 1); // another one was asked
        Assert.Contains(Log(), line => line.Contains($"NaN or infinity from silo {Name}", StringComparison.Ordinal));
        Assert.Empty(Quarantines());
    }

    // It is asked again in the second batch, where it does so again, and not in the third.
    [Fact]
    public async Task Device_returns_NaN_always()
    {
        await Break(1, $":nan={Call}-");

        var job = await matrix.Disturb(
            "a device returns NaN always", batch: 0, 0.5, _ => Task.CompletedTask, batches: 3, await Cluster.ApartJob(batches: 3));

        await Cluster.HasRecovered(job, times: 2);
        Assert.Equal(FaultMatrix.ComputeSilos - 1, job.Batches[^1].Silos);
        Assert.Single(Quarantines());
    }

    [Fact]
    public async Task Every_device_returns_NaN_always()
    {
        await Break(FaultMatrix.ComputeSilos, ":nan=1-");
        var request = ChaosRequest.Of(1);
        var samples = Path.Combine(Cluster.Folder, "samples.npy");

        var result = await ChildProcess.Run(new ProcessStartInfo(
            OdiffProcess.Executable,
            [
                "sample", "--connect", Cluster.RedisUrl, "--model", request.Model, "--count", $"{request.Count}", "--steps",
                $"{request.Steps}", "--blocks", $"{request.Blocks}", "--out", samples,
            ]));

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(
            $"odiff: {request.Count} samples were lost to NaN or infinity, and are written as NaN; "
            + "first sample 0 at step 0 of block 0, node 0",
            result.Error.Split('\n')[^1]);
        matrix.NoteFailure("every device returns NaN always");
    }

    // So many of the silos have devices with that fault.
    private async Task Break(int silos, string fault)
    {
        await Cluster.Heal(FaultMatrix.ControlSilos, FaultMatrix.ComputeSilos - silos);
        await Cluster.Add(control: 0, silos, FaultCluster.Devices + fault);
        _broken.AddRange(Cluster.Silos(FaultCluster.Compute).TakeLast(silos));
        await Cluster.Heal(FaultMatrix.ControlSilos, FaultMatrix.ComputeSilos);
    }

    private IEnumerable<string> Log() => Cluster.Silos(FaultCluster.Control).SelectMany(silo => silo.Log);

    private IEnumerable<string> Quarantines() => Log().Where(line =>
        line.Contains($"Silo {Name}", StringComparison.Ordinal)
        && line.Contains("it is left out from now on", StringComparison.Ordinal));
}
