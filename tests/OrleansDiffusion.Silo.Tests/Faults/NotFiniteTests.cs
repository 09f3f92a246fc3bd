using Microsoft.Extensions.DependencyInjection;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid;
using OrleansDiffusion.Grid.Supervision;
using OrleansDiffusion.Models;
using OrleansDiffusion.Silo.Tests.Fixtures;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Silo.Tests.Faults;

public sealed class NotFiniteTests(Grids grids)
{
    private const int Elements = 16;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    public async Task Sample_that_is_not_finite_is_lost_alone_and_named(int silos, int lookahead)
    {
        var grid = await grids.Of(silos);
        var request = new SamplingRequest
        {
            Model = TestModels.Mixture, Count = 4, Steps = 40, BlockSteps = 10, PointsPerNode = 3, Lookahead = lookahead,
            Tolerance = 0, Seed = 9,
        };
        var level = Expected.Level(request, block: 1, step: 6);
        var denoiser = new WatchedDenoiser(Catalogue.Open(TestModels.Mixture).Denoiser)
        {
            IsNan = (at, condition) => condition.Label == 2 && at == level,
        };
        var labelled = request with { Model = grid.Models.Add(denoiser, new ClassLabels(4)), Labels = [0, 1, 2, 3] };

        var job = await grid.Run(labelled);

        Assert.Equal(JobState.Succeeded, job.Status.State);
        Assert.Equal([new LostSample(Sample: 2, Block: 1, Step: 6, Node: 2)], job.Batch.Lost);
        Assert.Equal(silos > 1, job.Batch.Recoveries > 0); // another silo was asked
        Assert.All(SampleOf(job.Samples, 2), value => Assert.True(float.IsNaN(value)));
        var expected = Expected.Sequential(request);
        foreach (var sample in new[] { 0, 1, 3 })
            Assert.True(Expected.Distance(SampleOf(expected, sample), SampleOf(job.Samples, sample)) < 1e-5);
    }

    [Fact]
    public async Task Row_that_is_not_finite_once_costs_nothing()
    {
        var grid = await grids.Of(1);
        var spoiled = 0;
        var denoiser = new WatchedDenoiser(Catalogue.Open(TestModels.Mixture).Denoiser)
        {
            IsNan = (_, _) => Interlocked.Increment(ref spoiled) == 100,
        };
        var request = new SamplingRequest
        {
            Model = grid.Models.Add(denoiser), Count = 2, Steps = 40, BlockSteps = 20, PointsPerNode = 3, Tolerance = 0,
        };

        var job = await grid.Run(request);

        Expected.IsSequential(job, request, grid.Models);
        Assert.Empty(job.Batch.Lost);
        Assert.Equal(0, job.Batch.Recoveries);
    }

    // Silo 1 spoils both samples in its first sweep, or in all of them, whatever the model returned.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Silo_that_spoils_what_the_model_returns_costs_no_sample_and_is_left_out_if_it_does_so_again(bool always)
    {
        var (spoiled, block) = (0, 0);
        SiloAddress? faulty = null;
        var time = new ManualTime();
        await using var grid = await TestGrid.Start(3, new TestGridOptions
        {
            Time = time,
            Exchange = ExchangeKind.DirectCalls,
            Wrap = (exchange, _) => new AlteredExchange(exchange)
            {
                // It is used again at the next block.
                Before = message =>
                {
                    if (message is Go go && go.FirstOpen > block)
                    {
                        block = go.FirstOpen;
                        time.Advance(new GridOptions().Suspicion);
                    }

                    return Task.CompletedTask;
                },
            },
            Call = async call =>
            {
                await call.Invoke();
                if (call.ImplementationMethod.Name != nameof(ITimeNodeGrain.Evaluate)
                    || !faulty!.Equals((call.TargetContext as IGrainContext)?.Address.SiloAddress)
                    || call.Result is not NodeEvaluated { Rows: > 0 } answer || (!always && spoiled > 0))
                {
                    return;
                }

                Interlocked.Increment(ref spoiled);
                var key = NodeKey.Parse(call.TargetId.Key.ToString()!);
                call.Result = answer with
                {
                    NotFinite = [new NotFinite(0, key.Block, 0, key.Node), new NotFinite(1, key.Block, 0, key.Node)],
                };
            },
        });
        var silos = grid.Silo(0).ServiceProvider.GetRequiredService<ComputeSilos>();
        faulty = grid.Silo(1).SiloAddress;
        using var readings = grid.Readings(0);
        var request = new SamplingRequest
        {
            Model = TestModels.Mixture, Count = 2, Steps = 60, BlockSteps = 10, PointsPerNode = 3, Lookahead = 1, Tolerance = 0,
        };

        var job = await GridJob.Run(grid.Grains, request, await grid.JobOn(0));

        Expected.IsSequential(job, request);
        Assert.Empty(job.Batch.Lost);
        Assert.InRange(job.Batch.Recoveries, 1, 6);
        Assert.Equal(always, !silos.Find().Any(silo => silo.Silo.Equals(faulty)));
        Assert.Equal(always ? 2 : 3, job.Batch.Silos);
        readings.Observe();
        Assert.Equal(job.Batch.Recoveries, readings.Of("odiff.batch.recoveries", "doubt").Sum());
        Assert.Equal(always ? 1 : 0, readings.Of("odiff.silo.quarantined")[^1]);
    }

    private static float[] SampleOf(float[] samples, int sample) =>
        samples[(sample * Elements)..((sample + 1) * Elements)];
}
