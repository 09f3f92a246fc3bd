using System.Collections.Concurrent;
using System.Text.Json;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Models;
using OrleansDiffusion.Models.Safetensors;
using OrleansDiffusion.Silo.Tests.Fixtures;
using OrleansDiffusion.Storage.Checkpoints;
using OrleansDiffusion.Storage.Folders;
using OrleansDiffusion.Storage.Objects;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Silo.Tests.Durability;

/// <summary>Jobs go on from what was written, whoever is gone.</summary>
public sealed class ResumeTests
{
    private static readonly SamplingRequest Request = new()
    {
        Model = TestModels.Mixture, Count = 5, Batch = 3, Steps = 40, Blocks = 4, PointsPerNode = 3, Lookahead = 1,
        Tolerance = 0,
    };

    private readonly ConcurrentQueue<Go> _gone = new();

    // Time-nodes on silos 2 and 3.
    [Theory]
    [InlineData(1, 0, true)]  // the supervisor's
    [InlineData(0, 1, true)]  // the job's
    [InlineData(0, 0, true)]  // both
    [InlineData(0, 0, false)] // and stops in order
    public async Task Job_goes_on_from_its_last_checkpoint_when_a_silo_dies(int jobOn, int supervisorOn, bool isKilled)
    {
        var (held, go) = (Signal(), Signal());
        await using var grid = await TestGrid.Start(4, Watched(held, go) with
        {
            Devices = silo => silo < 2 ? null : "cpu",
        });
        using var readings = grid.Readings(1, 2, 3);
        var id = await grid.JobOn(jobOn, supervisorOn);
        var job = grid.GrainsFrom(1).GetGrain<ISamplingJobGrain>(id);
        Assert.Null(await job.Submit(Request, TestContext.Current.CancellationToken));
        await held.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        await (isKilled ? grid.Kill(grid.Silo(0)) : grid.Stop(grid.Silo(0)));
        go.SetResult();
        var done = await GridJob.Run(grid.GrainsFrom(1), Request, id);

        Expected.IsSequential(done, Request);

        // From the end of the second block, or of the first: what is written beside the sweeps may not have been yet.
        Assert.All(_gone.Where(go => go.Epoch >= 1000), go => Assert.True(go.FirstOpen >= 1));
        Assert.Equal(supervisorOn == 0, _gone.Any(go => go.Epoch >= 1000));
        Assert.Equal(supervisorOn == 0 ? 1 : 0, readings.Of("odiff.batch.recoveries", "resumed").Sum());
        Assert.Equal([1, -1], readings.Of("odiff.job.running")); // one of them had it from the start, or took it over
        await grid.IsFree();
    }

    [Fact]
    public async Task Job_goes_on_after_everything_was_stopped_and_is_refused_to_another_request()
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        var (held, go) = (Signal(), Signal());
        await using (var before = await TestGrid.Start(1, Watched(held, go) with { Store = folder.Store() }))
        {
            Assert.Null(await before.Grains.GetGrain<ISamplingJobGrain>("resumed").Submit(Request, token));
            await held.Task.WaitAsync(TimeSpan.FromMinutes(1), token);
            await folder.HasCheckpoint(block: 2);
            await before.Kill(before.Silo(0));
            go.SetResult();
        }

        _gone.Clear();
        await using var grid = await TestGrid.Start(1, Watched(Signal(), go) with { Store = folder.Store() });
        var refusal = await grid.Grains.GetGrain<ISamplingJobGrain>("resumed").Submit(Request with { Seed = 9 }, token);
        Assert.Equal(("seed", "is 9, the job was begun with 0"), (refusal?.Option, refusal?.Reason));
        var job = await GridJob.Run(grid.Grains, Request, "resumed");

        Expected.IsSequential(job, Request);
        Assert.True(_gone.First().FirstOpen >= 2);
        Assert.True(_gone.First().Epoch >= 1000);
        await grid.IsFree();
        Assert.Empty(await folder.Checkpoints());
    }

    // Its states would go on under another model, and samples be of neither.
    [Fact]
    public async Task Job_does_not_go_on_with_a_model_whose_file_was_replaced()
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        var model = folder.At("mixture.json");
        File.Copy(TestModels.Mixture, model);
        var request = Request with { Model = model };
        var (held, go) = (Signal(), Signal());
        await using (var before = await TestGrid.Start(1, Watched(held, go) with { Store = folder.Store() }))
        {
            Assert.Null(await before.Grains.GetGrain<ISamplingJobGrain>("resumed").Submit(request, token));
            await held.Task.WaitAsync(TimeSpan.FromMinutes(1), token);
            await before.Kill(before.Silo(0));
            go.SetResult();
        }

        File.AppendAllText(model, " "); // any other content will do
        await using var grid = await TestGrid.Start(1, new TestGridOptions { Store = folder.Store() });
        var job = await GridJob.Run(grid.Grains, request, "resumed");

        Assert.Equal(
            (JobState.Failed, $"{model}: its files are not what they were when the job was begun"),
            (job.Status.State, job.Status.Error));
        await grid.IsFree();
    }

    [Fact]
    public async Task Job_that_could_not_be_written_is_accepted_when_it_is_submitted_again()
    {
        var store = FailingStore(failing: 1);
        await using var grid = await TestGrid.Start(1, new TestGridOptions { Store = store });
        var job = grid.Grains.GetGrain<ISamplingJobGrain>("again");

        await Assert.ThrowsAnyAsync<IOException>(() => job.Submit(Request, TestContext.Current.CancellationToken));
        var done = await GridJob.Run(grid.Grains, Request, "again");

        Expected.IsSequential(done, Request);
        await grid.IsFree();
    }

    [Fact]
    public async Task Job_of_which_it_could_not_be_written_that_it_runs_is_run_all_the_same()
    {
        await using var grid = await TestGrid.Start(1, new TestGridOptions { Store = FailingStore(failing: 2) });

        Expected.IsSequential(await grid.Run(Request), Request);
        await grid.IsFree();
    }

    [Fact]
    public async Task Job_whose_samples_cannot_be_written_for_long_has_them_written_later()
    {
        const int Failing = 150;
        var time = new ManualTime();
        var attempts = 0;
        await using var grid = await TestGrid.Start(1, new TestGridOptions
        {
            Time = time,
            Store = new AlteredStore
            {
                BeforeWrite = name => name.Contains("/samples/", StringComparison.Ordinal) && ++attempts <= Failing
                    ? Task.FromException(new StoreException("the disk is full", mayPass: false))
                    : Task.CompletedTask,
            },
        });

        var running = GridJob.Run(grid.Grains, Request with { Batch = 5 });
        while (await Task.WhenAny(running, time.Armed(TimeSpan.FromSeconds(1))) != running)
            time.Advance(TimeSpan.FromSeconds(1));

        Expected.IsSequential(await running, Request with { Batch = 5 });
        Assert.Equal(Failing + 1, attempts);
        await grid.IsFree();
    }

    [Fact]
    public async Task Job_whose_batch_cannot_begin_for_a_full_store_fails_and_goes_on_when_it_is_submitted_again()
    {
        var isFull = true;
        await using var grid = await TestGrid.Start(1, new TestGridOptions
        {
            Store = new AlteredStore
            {
                BeforeWrite = name => isFull && name.Contains("/checkpoints/", StringComparison.Ordinal)
                    ? Task.FromException(new StoreException("the disk is full", mayPass: false))
                    : Task.CompletedTask,
            },
        });

        var failed = await GridJob.Run(grid.Grains, Request, "full");
        isFull = false;
        var job = await GridJob.Run(grid.Grains, Request, "full");

        Assert.Equal((JobState.Failed, "the disk is full"), (failed.Status.State, failed.Status.Error));
        Expected.IsSequential(job, Request);
        await grid.IsFree();
    }

    // The machine that held the supervisor held a slice, too: it is not yet known that this one is gone.
    [Fact]
    public async Task Another_supervisor_goes_on_though_slices_of_the_one_before_do_not_answer()
    {
        var (held, go) = (Signal(), Signal());
        var failed = 0;
        await using var grid = await TestGrid.Start(4, Watched(held, go) with
        {
            Devices = silo => silo < 2 ? null : "cpu",
            Call = call => call is { Grain: ISliceGrain } && SliceKey.Parse(call.TargetId.Key.ToString()!).Epoch is var epoch
                ? call.MethodName switch
                {
                    nameof(ISliceGrain.Ping) when epoch < 1000 => throw new TimeoutException("it is gone"),
                    nameof(ISliceGrain.Open) when epoch >= 1000 && failed++ == 0 =>
                        throw new InvalidOperationException("it is gone"),
                    _ => call.Invoke(),
                }
                : call.Invoke(),
        });
        var id = await grid.JobOn(1, 0);
        Assert.Null(await grid.GrainsFrom(1).GetGrain<ISamplingJobGrain>(id).Submit(Request, TestContext.Current.CancellationToken));
        await held.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        await grid.Kill(grid.Silo(0));
        go.SetResult();
        var job = await GridJob.Run(grid.GrainsFrom(1), Request, id);

        Expected.IsSequential(job, Request);
        Assert.NotEqual(0, failed);
    }

    [Fact]
    public async Task Supervisor_whose_batch_is_claimed_before_it_has_begun_leaves_the_job_alone()
    {
        var pointers = 0;
        var store = new AlteredStore();
        store.BeforeWrite = async name =>
        {
            // After its own claim, before its first checkpoint.
            if (name.EndsWith("/checkpoints/0/latest.json", StringComparison.Ordinal) && ++pointers == 2)
                await new CheckpointStore(store.Memory).Claim("claimed/0", "another's", TestContext.Current.CancellationToken);
        };
        await using var grid = await TestGrid.Start(1, new TestGridOptions { Store = store });

        var job = await GridJob.Run(grid.Grains, Request with { Batch = 5 }, "claimed");

        Expected.IsSequential(job, Request with { Batch = 5 });
        Assert.True(pointers > 2);
        await grid.IsFree();
    }

    // Holds the supervisor when the third block of the first batch is swept.
    private TestGridOptions Watched(TaskCompletionSource held, TaskCompletionSource go) => new()
    {
        Exchange = ExchangeKind.DirectCalls,
        Wrap = (exchange, _) => new AlteredExchange(exchange)
        {
            Before = message =>
            {
                if (message is not Go sweep)
                    return Task.CompletedTask;
                _gone.Enqueue(sweep);
                if (sweep.FirstOpen < 2)
                    return Task.CompletedTask;
                held.TrySetResult();
                return go.Task;
            },
        },
    };

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    // One of the job's records cannot be written.
    private static AlteredStore FailingStore(int failing)
    {
        var records = 0;
        return new AlteredStore
        {
            BeforeWrite = name => name.EndsWith("/job.json", StringComparison.Ordinal) && ++records == failing
                ? Task.FromException(new IOException("the store is away"))
                : Task.CompletedTask,
        };
    }

    private sealed class TemporaryFolder : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("odiff-resume-");

        public string At(string file) => Path.Combine(_folder.FullName, file);

        public FolderObjectStore Store() => new FolderObjectStore(_folder.FullName);

        public async Task<IReadOnlyList<string>> Checkpoints()
        {
            var names = new List<string>();
            await foreach (var name in Store().List("jobs/resumed/checkpoints/", TestContext.Current.CancellationToken))
                names.Add(name);
            return names;
        }

        // The supervisor is held; what it wrote beside comes to its end. A content counts once the pointer names it.
        public async Task HasCheckpoint(int block) =>
            await Eventually.Becomes(LatestLeads, leads => leads.All(lead => lead >= block));

        public void Dispose() => _folder.Delete(recursive: true);

        private async Task<long[]> LatestLeads()
        {
            const string checkpoints = "jobs/resumed/checkpoints/0/";
            var pointer = await Store().Read(checkpoints + "latest.json", TestContext.Current.CancellationToken);
            using var json = JsonDocument.Parse(pointer!.Content);
            if (json.RootElement.GetProperty("content").GetString() is not { } content)
                return [-1]; // the first is still to come
            try
            {
                using var file = SafetensorsFile.Open(Path.Combine(_folder.FullName, checkpoints, content));
                using var leads = file.Load("leads");
                return leads.data<long>().ToArray();
            }
            catch (ModelFormatException)
            {
                return [-1]; // it was replaced meanwhile
            }
        }
    }
}
