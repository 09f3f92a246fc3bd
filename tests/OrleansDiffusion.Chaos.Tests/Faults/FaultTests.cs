using System.Diagnostics;
using OrleansDiffusion.Chaos.Tests.Cluster;
using OrleansDiffusion.Chaos.Tests.Jobs;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid.Durability;
using OrleansDiffusion.Storage.Checkpoints;

namespace OrleansDiffusion.Chaos.Tests.Faults;

/// <summary>Whatever happens to the processes of a cluster, a job comes to the samples that it would have come to.</summary>
[Collection(typeof(FaultSuite))]
public sealed class FaultTests(FaultMatrix matrix) : IAsyncLifetime
{
    private static readonly TimeSpan LongestLeave = TimeSpan.FromSeconds(25);

    private FaultCluster Cluster => matrix.Cluster;

    public async ValueTask InitializeAsync() => await Cluster.Heal(FaultMatrix.ControlSilos, FaultMatrix.ComputeSilos);

    public async ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
            await Cluster.Clear();
    }

    [Theory]
    [InlineData("start", 0.0)]
    [InlineData("middle", 0.5)]
    [InlineData("end", 1.0)]
    public Task Compute_silo_is_killed(string at, double share) => matrix.Disturb(
        $"kill -9 of a compute silo at a block's {at}", batch: 0, share, _ => Cluster.Silos(FaultCluster.Compute)[0].Kill());

    [Fact]
    public Task Two_compute_silos_are_killed_at_once() => matrix.Disturb(
        "kill -9 of two of three compute silos", batch: 0, 0.5,
        _ => Task.WhenAll(Cluster.Silos(FaultCluster.Compute).Take(2).Select(silo => silo.Kill())));

    [Fact]
    public async Task Silo_of_the_supervisor_is_killed()
    {
        var id = await Cluster.ApartJob();
        var holder = await Cluster.HolderOf(Cluster.Grains.GetGrain<IBlockSupervisorGrain>(new BatchKey(id, 0).ToString()));
        Assert.NotSame(holder, await Cluster.HolderOf(Cluster.Grains.GetGrain<ISamplingJobGrain>(id)));
        await matrix.Disturb("kill -9 of the supervisor's silo", batch: 0, 0.5, _ => holder.Kill(), id: id);
    }

    [Fact]
    public async Task Silo_of_the_job_is_killed()
    {
        var id = await Cluster.ApartJob();
        var holder = await Cluster.HolderOf(Cluster.Grains.GetGrain<ISamplingJobGrain>(id));
        Assert.NotSame(
            holder, await Cluster.HolderOf(Cluster.Grains.GetGrain<IBlockSupervisorGrain>(new BatchKey(id, 1).ToString())));
        await matrix.Disturb("kill -9 of the job's silo", batch: 1, 0.5, _ => holder.Kill(), batches: 4, id);
    }

    [Fact]
    public async Task All_silos_are_killed_and_started_again()
    {
        const int Batches = 3;
        var before = JobRun.Start(Cluster.Grains, ChaosRequest.Of(Batches));
        await matrix.Reach(before, batch: 1, 0.5);
        var begun = Stopwatch.GetTimestamp();
        await Cluster.KillAll();
        var heard = await before.Abandon();
        await Cluster.Disconnect();
        await Cluster.Heal(FaultMatrix.ControlSilos, FaultMatrix.ComputeSilos);

        var job = await JobRun.Start(Cluster.Grains, ChaosRequest.Of(Batches), before.Id).End();

        await matrix.Note("kill -9 of all silos, started again", begun, heard.Concat(job.Heard), job, Batches, Cluster);
        Assert.True(job.Heard[0].Progress is { FirstSample: ChaosRequest.SamplesOfBatch, Block: > 0 } or
            { FirstSample: > ChaosRequest.SamplesOfBatch });
    }

    [Fact]
    public Task Compute_silo_hangs_for_a_while() => matrix.Disturb(
        "kill -STOP of a compute silo, 20 s later kill -CONT", batch: 0, 0.5,
        async job =>
        {
            var hanging = Cluster.Silos(FaultCluster.Compute)[0];
            await hanging.Signal("STOP");
            await Task.WhenAll(
                job.When(step => step.FirstSample >= ChaosRequest.SamplesOfBatch), // without it
                Task.Delay(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
            await hanging.Signal("CONT");

            // It was taken for dead, and must not stay as if it were not.
            await hanging.Exit(LongestLeave);
        },
        batches: FaultMatrix.MostBatches);

    [Fact]
    public Task Redis_hangs_for_a_while() => matrix.Disturb(
        "Redis stopped for 10 s", batch: 0, 0.5,
        async _ =>
        {
            await Cluster.Redis.Signal("STOP");
            await Task.Delay(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
            await Cluster.Redis.Signal("CONT");
        },
        batches: 3);

    [Fact]
    public async Task Compute_silos_come_and_leave_in_order()
    {
        await Cluster.Heal(FaultMatrix.ControlSilos, compute: 2);
        var adding = Cluster.Add(control: 0, compute: 2);
        var left = 0; // the batch in which they leave
        var job = await matrix.Disturb(
            "2, 4, then 1 compute silos, by SIGTERM", batch: 0, 0.5,
            async job =>
            {
                await adding;
                var grain = Cluster.Grains.GetGrain<ISamplingJobGrain>(job.Id);
                while (!(await grain.Status()).Batches.Any(batch => batch.Silos == 4))
                {
                    Assert.False(job.IsOver);
                    await Task.Delay(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);
                }

                await job.When(step => step.Block >= FaultMatrix.Block);
                left = job.Last.FirstSample / ChaosRequest.SamplesOfBatch;
                var leaving = Cluster.Silos(FaultCluster.Compute).Take(3).ToList();
                await Task.WhenAll(leaving.Select(silo => silo.Signal("TERM")));
                Assert.All(await Task.WhenAll(leaving.Select(silo => silo.Exit(LongestLeave))), code => Assert.Equal(0, code));
            },
            batches: FaultMatrix.MostBatches);

        Assert.Contains(job.Batches, batch => batch.Silos == 4);
        Assert.Equal(1, job.Batches[^1].Silos);
        Assert.InRange(left, 1, FaultMatrix.MostBatches - 2);

        // Nodes leave without one. But the queues of the streams move with silos that stop, and a sweep that falls into the
        // move may be late.
        Assert.DoesNotContain(
            Cluster.LogOf(job.Id), line => line.Contains("begun anew", StringComparison.Ordinal) && line.Contains("is gone", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Disk_of_the_store_is_full_for_a_while()
    {
        var job = await matrix.Disturb(
            "the store's disk full for 6 s", batch: 0, 0.5,
            async _ =>
            {
                var writers = Cluster.Silos(FaultCluster.Control);
                await Task.WhenAll(writers.Select(silo => silo.LimitFiles("0")));
                await Task.Delay(TimeSpan.FromSeconds(6), TestContext.Current.CancellationToken);
                await Task.WhenAll(writers.Select(silo => silo.LimitFiles("unlimited")));
            });

        await Cluster.HasRecovered(job, times: 0); // what could not be written was written later
    }

    [Fact]
    public async Task Batch_is_claimed_by_somebody_else()
    {
        var job = await matrix.Disturb(
            "the batch's checkpoints claimed by another supervisor", batch: 1, 0.0,
            async job =>
            {
                var request = ChaosRequest.Of(3);
                var status = await Cluster.Grains.GetGrain<ISamplingJobGrain>(job.Id).Status();
                var batch = new BatchAssignment(
                    new BatchKey(job.Id, 1), request, status.Outline!, ChaosRequest.SamplesOfBatch, ChaosRequest.SamplesOfBatch);
                await new CheckpointStore(Cluster.Store.Objects).Claim(
                    batch.Key.ToString(), JobHash.Of(batch), TestContext.Current.CancellationToken);
            },
            batches: 3);

        Assert.NotEqual(0, job.Batches[1].Recoveries); // it was begun by another supervisor
    }
}
