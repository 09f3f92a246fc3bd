using System.Diagnostics;
using OrleansDiffusion.Chaos.Tests.Cluster;
using OrleansDiffusion.Chaos.Tests.Jobs;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Chaos.Tests.Faults;

/// <summary>Devices that return NaN cost no sample, unless there are no others.</summary>
[Collection(typeof(FaultSuite))]
public sealed class DeviceFaultTests(FaultMatrix matrix) : IAsyncLifetime
{
    private FaultCluster Cluster => matrix.Cluster;

    // Of the batch's sweeps the one after that which the fault is noted from; a sweep is a call of a device.
    private int Call => matrix.SweepOf(batch: 0, 0.5) + 1;

    public async ValueTask InitializeAsync() => await Cluster.Heal(FaultMatrix.ControlSilos, FaultMatrix.ComputeSilos - 1);

    public async ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
            await Cluster.Clear();
        else
            await Task.WhenAll(Cluster.Silos(FaultCluster.Compute).Skip(FaultMatrix.ComputeSilos - 1).Select(silo => silo.Kill()));
    }

    [Fact]
    public async Task Device_returns_NaN_once()
    {
        var broken = await AddSilo($":nan={Call}");

        var job = await matrix.Disturb("a device returns NaN once", batch: 0, 0.5, _ => Task.CompletedTask);

        Assert.Equal(1, job.Recoveries); // another one was asked
        Assert.Contains(Log(), line => line.Contains($"NaN or infinity from silo {NameOf(broken)}", StringComparison.Ordinal));
        Assert.DoesNotContain(Log(), IsOfQuarantine);
    }

    // It is asked again in the second batch, where it does so again, and not in the third.
    [Fact]
    public async Task Device_returns_NaN_always()
    {
        var broken = await AddSilo($":nan={Call}-");

        var job = await matrix.Disturb(
            "a device returns NaN always", batch: 0, 0.5, _ => Task.CompletedTask, batches: 3, await Cluster.ApartJob(batches: 3));

        Assert.Equal([1, 1, 0], job.Batches.Select(batch => batch.Recoveries));
        Assert.Equal(FaultMatrix.ComputeSilos - 1, job.Batches[^1].Silos);
        Assert.Contains($"Silo {NameOf(broken)}", Assert.Single(Log(), IsOfQuarantine), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_device_returns_NaN_always()
    {
        await Cluster.Heal(FaultMatrix.ControlSilos, compute: 0);
        await Cluster.Add(control: 0, FaultMatrix.ComputeSilos, $"{FaultCluster.Devices}:nan=1-");
        await Cluster.Heal(FaultMatrix.ControlSilos, FaultMatrix.ComputeSilos);
        var request = ChaosRequest.Of(1);
        var samples = Path.Combine(Cluster.Folder, "samples.npy");

        var result = await ChildProcess.Run(new ProcessStartInfo(
            OdiffProcess.Executable,
            [
                "sample", "--connect", Cluster.RedisUrl, "--model", request.Model, "--count", $"{request.Count}", "--steps",
                $"{request.Steps}", "--blocks", $"{request.Blocks}", "--out", samples,
            ]));

        matrix.NoteFailure("every device returns NaN always");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(
            $"odiff: {request.Count} samples were lost to NaN or infinity, and are written as NaN; "
            + "first sample 0 at step 0 of block 0, node 0",
            result.Error.Split('\n')[^1]);
    }

    private async Task<OdiffProcess> AddSilo(string fault)
    {
        await Cluster.Add(control: 0, compute: 1, FaultCluster.Devices + fault);
        await Cluster.Heal(FaultMatrix.ControlSilos, FaultMatrix.ComputeSilos);
        return Cluster.Silos(FaultCluster.Compute)[^1];
    }

    private IEnumerable<string> Log() => Cluster.Silos(FaultCluster.Control).SelectMany(silo => silo.Log);

    private static bool IsOfQuarantine(string line) => line.Contains("it is left out from now on", StringComparison.Ordinal);

    // As Orleans writes it, before its generation.
    private static string NameOf(OdiffProcess silo) => $"S{silo.Ready[4]}:";
}
