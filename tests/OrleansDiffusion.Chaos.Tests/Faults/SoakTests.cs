using OrleansDiffusion.Chaos.Tests.Cluster;
using OrleansDiffusion.Chaos.Tests.Jobs;

namespace OrleansDiffusion.Chaos.Tests.Faults;

/// <summary>Compute silos are killed and replaced over one job after another.</summary>
public sealed class SoakTests
{
    private const string Kills = "ODIFF_SOAK";
    private const int Batches = 10;
    private const int WarmUp = 20;           // kills until all caches are made
    private const double MostGrowth = 0.1;   // of what is held, between the halves of the time after that
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestPeace = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task Every_sample_of_every_job_is_there_and_memory_does_not_grow()
    {
        Assert.SkipUnless(
            int.TryParse(Environment.GetEnvironmentVariable(Kills), out var kills), $"{Kills} says how many kills it takes: 200");

        var random = new Random(1);
        await using var cluster = new FaultCluster();
        await cluster.Heal(control: 2, compute: 3);
        var undisturbed = await JobRun.Start(cluster.Grains, ChaosRequest.Of(Batches)).End();
        var memory = cluster.Silos(FaultCluster.Control).Select(silo => new MemoryRecord("control silo", silo)).ToList();
        for (int killed = 0, jobs = 1; killed < kills; jobs++)
        {
            var job = JobRun.Start(cluster.Grains, ChaosRequest.Of(Batches), deadline: Deadline);
            while (!job.IsOver && killed < kills)
            {
                await Task.Delay(random.NextDouble() * LongestPeace, TestContext.Current.CancellationToken);
                await cluster.Silos(FaultCluster.Compute)[random.Next(3)].Kill();
                killed++;
                await cluster.Add(control: 0, compute: 1);
            }

            var done = await job.End();
            await done.IsComplete(undisturbed, Batches, cluster.Store.Objects);
            if (killed > WarmUp)
                await Task.WhenAll(memory.Select(record => record.Note(TestContext.Current.CancellationToken)));
            Tell(
                $"job {jobs}: {killed} kills so far, {done.Recoveries} recoveries, "
                + $"{done.Rounds(Batches) - undisturbed.Rounds(Batches)} extra sweeps, "
                + $"RMS distance {done.DistanceFrom(undisturbed, Batches):g2}, {string.Join(", ", memory)}");
        }

        if (kills < 2 * WarmUp)
            return; // too few to tell
        Tell($"memory grew by {string.Join(", ", memory.Select(record => $"{record.Growth():p1}"))} from one half to the other");
        Assert.All(memory, record => Assert.InRange(record.Growth(), -1, MostGrowth));
    }

    // A soak is watched while it runs.
    private static void Tell(string line)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        Console.WriteLine(line);
    }
}
