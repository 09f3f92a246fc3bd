using System.Collections.Concurrent;
using System.Diagnostics;
using OrleansDiffusion.Contracts;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid;
using OrleansDiffusion.Silo.Tests.Fixtures;

namespace OrleansDiffusion.Silo.Tests;

/// <summary>The spans of jobs, batches and blocks.</summary>
public sealed class TraceTests : IDisposable
{
    private static readonly SamplingRequest Request = new()
    {
        Model = TestModels.Mixture, Count = 5, Batch = 3, Steps = 40, Blocks = 4, PointsPerNode = 3, Lookahead = 1,
    };

    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public TraceTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is GridTraces.SourceName or nameof(TraceTests),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_job_has_batches_which_have_blocks_and_belongs_to_its_caller(int lookahead)
    {
        var told = new ConcurrentQueue<string>(); // of the trace, by method
        await using var grid = await TestGrid.Start(2, new TestGridOptions
        {
            Call = call =>
            {
                if (RequestContext.Get("traceparent") is not null)
                    told.Enqueue(call.MethodName);
                return call.Invoke();
            },
        });
        using var source = new ActivitySource(nameof(TraceTests));
        using var caller = source.StartActivity("caller")!;
        TraceContext.Send();

        var job = await grid.Run(Request with { Lookahead = lookahead });

        var spans = SpansOf(job.Status.JobId);
        var (jobs, batches) = (spans["job"], spans["batch"]);
        Assert.Equal(caller.SpanId, Assert.Single(jobs).ParentSpanId);
        Assert.All(spans.SelectMany(kind => kind.Value), span => Assert.Equal(caller.TraceId, span.TraceId));
        Assert.Equal("succeeded", jobs[0].GetTagItem("odiff.job.state"));
        Assert.Equal([0, 1], batches.Select(batch => batch.GetTagItem("odiff.batch")));
        foreach (var (batch, report) in batches.Zip(job.Status.Batches))
        {
            Assert.Equal(jobs[0].SpanId, batch.ParentSpanId);
            Assert.Equal(report.Rounds, batch.GetTagItem("odiff.sweeps"));
            Assert.Equal(2, batch.GetTagItem("odiff.silos"));
            Assert.Empty(batch.Events);
            var blocks = spans["block"].Where(block => block.ParentSpanId == batch.SpanId).ToList();
            Assert.Equal([0, 1, 2, 3], blocks.Select(block => block.GetTagItem("odiff.block")).Order());
            Assert.Equal(
                report.SweepsPerBlock,
                blocks.OrderBy(block => block.GetTagItem("odiff.block")).Select(block => (int)block.GetTagItem("odiff.block.sweeps")!));
            Assert.All(blocks, block => Assert.Equal((1, 10), (block.GetTagItem("odiff.epoch"), block.GetTagItem("odiff.block.steps"))));
        }

        Assert.Equal(1 + 2 + (2 * 4), spans.Sum(kind => kind.Value.Count));
        Assert.Contains(nameof(ISamplingJobGrain.Submit), told);
        Assert.DoesNotContain(told, method =>
            method is nameof(IBlockSupervisorGrain.Start) or nameof(ISliceGrain.Open) or nameof(ITimeNodeGrain.Evaluate));
    }

    [Fact]
    public async Task A_job_that_is_traced_by_nobody_else_has_a_trace_of_its_own_and_says_why_it_failed()
    {
        await using var grid = await TestGrid.Start(options: new TestGridOptions
        {
            Grid = grid => grid.MaxRecoveries = 0,
            Call = call => call.MethodName == nameof(ITimeNodeGrain.Evaluate)
                ? throw new InvalidOperationException("the device is broken")
                : call.Invoke(),
        });

        using var untraced = new Activity("of logs").Start();
        TraceContext.Send();

        var job = await grid.Run(Request);

        Assert.Equal(JobState.Failed, job.Status.State);
        var spans = SpansOf(job.Status.JobId);
        var (failed, batch) = (Assert.Single(spans["job"]), Assert.Single(spans["batch"]));
        Assert.Equal(default, failed.ParentSpanId);
        Assert.Equal((ActivityStatusCode.Error, job.Status.Error), (failed.Status, failed.StatusDescription));
        Assert.Equal((ActivityStatusCode.Error, job.Status.Error), (batch.Status, batch.StatusDescription));
        Assert.Equal(ActivityStatusCode.Error, Assert.Single(spans["block"]).Status);
    }

    // Silo 0 has job and supervisor, and no time-nodes.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_recovery_is_an_event_of_its_batch_and_what_another_silo_goes_on_with_is_in_the_same_trace(bool isSupervisors)
    {
        var (held, go) = (Signal(), Signal());
        await using var grid = await TestGrid.Start(4, new TestGridOptions
        {
            Devices = silo => silo < 2 ? null : "cpu",
            Exchange = ExchangeKind.DirectCalls,
            Wrap = (exchange, _) => new AlteredExchange(exchange)
            {
                Before = message =>
                {
                    if (message is not Go { FirstOpen: 2 })
                        return Task.CompletedTask;
                    held.TrySetResult();
                    return go.Task;
                },
            },
        });
        var id = await grid.JobOn(0);
        var request = Request with { Count = 2, Tolerance = 0 };
        Assert.Null(await grid.Grains.GetGrain<ISamplingJobGrain>(id).Submit(request, TestContext.Current.CancellationToken));
        await held.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        await (isSupervisors ? grid.Stop(grid.Silo(0)) : grid.Kill(grid.Silo(2)));
        go.SetResult();
        var job = await GridJob.Run(grid.Grains, request, id);

        Assert.Equal(JobState.Succeeded, job.Status.State);
        var spans = SpansOf(id);
        Assert.Equal(isSupervisors ? 2 : 1, spans["job"].Count);
        Assert.Equal(isSupervisors ? 2 : 1, spans["batch"].Count);
        Assert.Single(spans.SelectMany(kind => kind.Value).Select(span => span.TraceId).Distinct());
        var batch = spans["batch"][^1];
        Assert.Equal(job.Batch.Recoveries, batch.GetTagItem("odiff.recoveries"));
        Assert.All(batch.Events, recovery => Assert.Equal("recovery", recovery.Name));
        var reasons = batch.Events.Select(recovery => recovery.Tags.First(tag => tag.Key == "reason").Value).ToList();
        if (isSupervisors)
            Assert.Equal("resumed", reasons[0]);
        else
            Assert.Equal(job.Batch.Recoveries, reasons.Count);
    }

    private Dictionary<string, List<Activity>> SpansOf(string jobId) => _ended
        .Where(span => span.GetTagItem("odiff.job.id") as string == jobId)
        .OrderBy(span => span.StartTimeUtc)
        .GroupBy(span => span.OperationName).ToDictionary(kind => kind.Key, kind => kind.ToList());

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
