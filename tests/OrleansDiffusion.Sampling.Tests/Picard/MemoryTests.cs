using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Tests.Denoisers;
using TorchSharp;

namespace OrleansDiffusion.Sampling.Tests.Picard;

/// <summary>What sweeps leave behind. Live tensors are counted for the whole process, so nothing runs beside this.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public sealed class MemoryTests
{
    private const int Sweeps = 1000;

    public MemoryTests()
    {
        // What earlier tests left to the collector does not go while tensors are counted.
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    [Theory]
    [InlineData("ddpm")]
    [InlineData("dpm++2m")]
    public void A_thousand_sweeps_leave_no_tensor_behind(string name)
    {
        var before = torch.Tensor.TotalCount;
        using (var sweeps = new EndlessSweeps(name, elements: 64))
        {
            sweeps.Make(1);
            var whileSweeping = torch.Tensor.TotalCount;
            sweeps.Make(Sweeps);
            Assert.Equal(whileSweeping, torch.Tensor.TotalCount);
        }

        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    [Fact]
    public void A_run_leaves_nothing_but_its_samples()
    {
        var timeline = TestBlocks.TimelineOf("piadm-ode", corrected: true);
        var before = torch.Tensor.TotalCount;

        using (new PicardSampler(new RestlessDenoiser(8), timeline, new PicardOptions()).Sample(
            1, 0, 2, cancellationToken: TestContext.Current.CancellationToken))
        {
            Assert.Equal(before + 1, torch.Tensor.TotalCount);
        }

        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    [Fact]
    public void Managed_memory_of_a_sweep_does_not_depend_on_the_size_of_a_sample()
    {
        var small = BytesOfSweeps(elements: 64);
        var large = BytesOfSweeps(elements: 4096);

        // A sixteenth of one row of the large ones, a sweep, is a long way from any array of a sample's size.
        Assert.InRange(Math.Abs(large - small) / (double)Sweeps, 0, 4096 * sizeof(float) / 16.0);
    }

    private static long BytesOfSweeps(int elements)
    {
        using var sweeps = new EndlessSweeps("ddpm", elements);
        sweeps.Make(10);
        var before = GC.GetAllocatedBytesForCurrentThread();
        sweeps.Make(Sweeps);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private sealed class EndlessSweeps : IDisposable
    {
        private readonly IDenoiser _denoiser;
        private readonly BlockState _entry;
        private readonly PicardNode _node;
        private readonly AffineMap _map;
        private readonly bool[] _active = [true, true];
        private readonly double[] _updates = new double[2];

        public EndlessSweeps(string name, int elements)
        {
            var block = TestBlocks.Named(name);
            _denoiser = new RestlessDenoiser(elements);
            _entry = TestBlocks.Entry(block, samples: 2, elements);
            _node = TestBlocks.NodeOver(block, ..8, samples: 2, elements, Linearization.Secant);
            _map = new AffineMap(2, elements);
            _node.Start(_entry, FirstIterate.Rolled);
        }

        public void Make(int sweeps)
        {
            for (var sweep = 0; sweep < sweeps; sweep++)
            {
                _entry.X(0)[0] += 0.001f;
                _entry.X(1)[0] -= 0.001f;
                Assert.True(_node.Evaluate(_denoiser, _active, TestContext.Current.CancellationToken) > 0);
                _node.Fold(_active, _map);
                _node.Move(_entry, _active, _updates);
            }
        }

        public void Dispose()
        {
            _node.Dispose();
            _entry.Dispose();
        }
    }
}
