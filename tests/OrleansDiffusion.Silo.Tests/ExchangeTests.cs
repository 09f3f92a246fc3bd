using System.Collections.Concurrent;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Silo.Tests.Fixtures;
using OrleansDiffusion.Tests;
using Orleans.Streams;

namespace OrleansDiffusion.Silo.Tests;

/// <summary>What every exchange does for a job, whatever carries its messages.</summary>
public sealed class ExchangeTests
{
    private static readonly SamplingRequest Request = new()
    {
        Model = TestModels.Mixture, Count = 3, Steps = 30, BlockSteps = 15, PointsPerNode = 4, Tolerance = 0, Seed = 4,
    };

    [Theory]
    [InlineData(ExchangeKind.SweepStreams)]
    [InlineData(ExchangeKind.MemoryStreams)]
    [InlineData(ExchangeKind.DirectCalls)]
    public async Task Jobs_run_side_by_side_and_each_hears_what_is_said_of_it_alone(ExchangeKind exchange)
    {
        await using var grid = await TestGrid.Start(3, new TestGridOptions { Exchange = exchange });
        var requests = Enumerable.Range(0, 4)
            .Select(i => Request with { Seed = (ulong)i, Lookahead = 1 + i, Count = i == 3 ? 4 : 2, Batch = 2 }).ToList();

        var jobs = await Task.WhenAll(requests.Select(grid.Run));

        foreach (var (job, request) in jobs.Zip(requests))
        {
            Expected.IsSequential(job, request);
            Assert.All(job.Status.Batches, batch => Assert.Equal(0, batch.Recoveries));
        }

        await grid.IsFree();
    }

    [Theory]
    [InlineData(ExchangeKind.SweepStreams)]
    [InlineData(ExchangeKind.MemoryStreams)]
    [InlineData(ExchangeKind.DirectCalls)]
    public async Task Messages_of_a_speaker_are_heard_in_the_order_they_were_said(ExchangeKind exchange)
    {
        var (said, heard) = (new ConcurrentQueue<SweepMessage>(), new ConcurrentQueue<SweepMessage>());
        await using var grid = await Start(1, exchange, said, heard);

        var job = await grid.Run(Request);

        var sweeps = Enumerable.Range(1, job.Batch.Rounds);
        Assert.Equal(sweeps, heard.OfType<Go>().Select(go => go.Sweep));
        Assert.Equal(sweeps, heard.OfType<Moved>().Select(moved => moved.Sweep));
        await Eventually.Holds(() => said.Count > 2 * job.Batch.Rounds); // the last is noted when it was heard
        Assert.Equal((2 * job.Batch.Rounds) + 1, said.Count); // with the greeting
        Assert.Equal(said.Count, job.Batch.Messages);
    }

    [Theory]
    [InlineData(ExchangeKind.SweepStreams)]
    [InlineData(ExchangeKind.MemoryStreams)]
    [InlineData(ExchangeKind.DirectCalls)]
    public async Task Maps_are_heard_by_those_alone_who_need_them(ExchangeKind exchange)
    {
        var (said, heard) = (new ConcurrentQueue<SweepMessage>(), new ConcurrentQueue<SweepMessage>());
        await using var grid = await Start(2, exchange, said, heard);

        await grid.Run(Request with { BlockSteps = Request.Steps });

        // Of one block the second of two slices needs the maps of the first, which needs none.
        Assert.NotEmpty(said.OfType<Folded>());
        Assert.All(said.OfType<Folded>(), maps => Assert.Equal(0, maps.Slice));
        Assert.Equal(
            said.OfType<Folded>().Select(maps => (maps.Sweep, maps.Phase)),
            heard.OfType<Folded>().Select(maps => (maps.Sweep, maps.Phase)));
    }

    private static Task<TestGrid> Start(
        int silos, ExchangeKind exchange, ConcurrentQueue<SweepMessage> said, ConcurrentQueue<SweepMessage> heard) =>
        TestGrid.Start(silos, new TestGridOptions
        {
            Exchange = exchange,
            Wrap = (exchange, _) => new AlteredExchange(exchange)
            {
                Said = (message, _) =>
                {
                    said.Enqueue(message);
                    return Task.CompletedTask;
                },
            },
            Call = call =>
            {
                foreach (var message in Brings(call))
                    heard.Enqueue(message);
                return call.Invoke();
            },
        });

    // What a call brings to a slice or supervisor: one message, or what a stream had.
    private static IEnumerable<SweepMessage> Brings(IIncomingGrainCallContext call) => call switch
    {
        { Grain: not (ISliceGrain or IBlockSupervisorGrain) } => [],
        { MethodName: nameof(ISliceGrain.Receive) } => [(SweepMessage)call.Request.GetArgument(0)!],
        { MethodName: "DeliverBatch" } => ((IBatchContainer)call.Request.GetArgument(2)!).GetEvents<SweepMessage>()
            .Select(message => message.Item1),
        _ => [],
    };
}
