using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Silo.Tests.Fixtures;
using OrleansDiffusion.Storage.Objects;

namespace OrleansDiffusion.Silo.Tests;

/// <summary>What an operator sees of jobs.</summary>
public sealed class MetricsTests
{
    private static readonly SamplingRequest Request = new()
    {
        Model = TestModels.Mixture, Count = 5, Batch = 3, Steps = 40, Blocks = 4, PointsPerNode = 3,
    };

    [Fact]
    public async Task What_is_measured_of_a_job_is_what_its_report_says()
    {
        await using var grid = await TestGrid.Start();
        using var readings = grid.Readings(0);

        var job = await grid.Run(Request);

        var batches = job.Status.Batches;
        Assert.Equal(2, batches.Length);
        Assert.Equal(batches.Sum(batch => batch.Rounds), readings.Of("odiff.sweep.duration").Count);
        Assert.Equal(
            batches.SelectMany(batch => batch.ExchangeTimes).Select(time => time.TotalSeconds),
            readings.Of("odiff.sweep.exchange.duration"));
        Assert.All(
            readings.Of("odiff.sweep.duration").Zip(readings.Of("odiff.sweep.exchange.duration")),
            sweep => Assert.True(sweep.First >= sweep.Second));
        Assert.Equal(
            batches.Sum(batch => batch.DeviceTime.TotalSeconds), readings.Of("odiff.device.call.duration", "cpu").Sum(), 1e-6);
        Assert.Equal(batches.Sum(batch => batch.ModelCalls), readings.Of("odiff.device.call.rows", "cpu").Count);
        Assert.Equal(batches.Sum(batch => batch.Evaluations), readings.Of("odiff.device.call.rows").Sum());
        var updates = readings.Of("odiff.sweep.update");
        Assert.Equal(batches.Sum(batch => batch.Rounds), updates.Count);
        Assert.True(updates[^1] <= updates.Max() / 10, "sweeps converge");
        Assert.Equal([1], readings.Of("odiff.job.ended", "succeeded"));
        Assert.Equal([1, -1], readings.Of("odiff.job.running"));
        Assert.Equal(0, readings.Of("odiff.batch.recoveries").Sum());
    }

    // One is written before a batch begins, and more may be beside its sweeps.
    [Fact]
    public async Task Checkpoints_are_measured_and_those_that_fail_are_counted()
    {
        var (taken, refused) = (0, 0);
        var store = new AlteredStore
        {
            BeforeWrite = name =>
            {
                if (!name.EndsWith(".safetensors", StringComparison.Ordinal) || !name.Contains("/checkpoints/", StringComparison.Ordinal))
                    return Task.CompletedTask;
                if (taken == refused)
                {
                    taken++;
                    return Task.CompletedTask;
                }

                refused++;
                return Task.FromException(new StoreException("full", mayPass: true));
            },
        };
        await using var grid = await TestGrid.Start(options: new TestGridOptions { Store = store });
        using var readings = grid.Readings(0);

        await grid.Run(Request);

        var sizes = readings.Of("odiff.checkpoint.size");
        Assert.Equal(taken, sizes.Count);
        Assert.Equal(sizes.Count, readings.Of("odiff.checkpoint.duration").Count);
        Assert.All(sizes, size => Assert.InRange(size, 100, 100_000));
        Assert.Equal(refused, readings.Of("odiff.checkpoint.failures").Sum());
        Assert.True(refused > 0);
    }
}
