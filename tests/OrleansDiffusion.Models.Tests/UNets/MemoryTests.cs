using OrleansDiffusion.Models.UNets;
using OrleansDiffusion.Sampling;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Tests.UNets;

/// <summary>What a network leaves behind. Live tensors are counted for the whole process, so nothing runs beside this.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public sealed class MemoryTests
{
    private const int Passes = 50;

    public MemoryTests()
    {
        // What earlier tests left to the collector does not go while tensors are counted.
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    [Theory]
    [InlineData(Fixture.Tiny, 1, 8)]
    [InlineData(Fixture.WithAttention, 3, 16)]
    public void A_forward_pass_leaves_nothing_but_its_output(string name, long channels, long side)
    {
        var (network, parameters) = new UNetFolder(Fixture.PathTo(name)).OpenNetwork(CPU);
        using (parameters)
        using (no_grad())
        using (var x = Numbers.Random(1, 2, channels, side, side))
        using (var times = tensor(new[] { 3f, 999 }))
        {
            var before = Tensor.TotalCount;
            for (var pass = 0; pass < Passes; pass++)
            {
                using var output = network.Forward(x, times);
                Assert.Equal(before + 1, Tensor.TotalCount);
            }

            Assert.Equal(before, Tensor.TotalCount);
        }
    }

    [Fact]
    public void So_does_a_denoiser_with_labels()
    {
        using var fixture = new Fixture(Fixture.Tiny);
        fixture.AddClasses(4);
        using var model = fixture.Open();
        using var x = Numbers.Random(1, 2, 1, 8, 8);
        NoiseLevel[] levels = [model.Schedule!.At(3), model.Schedule.At(999)];
        Condition[] conditions = [new(0), new(3)];

        var before = Tensor.TotalCount;
        for (var pass = 0; pass < Passes; pass++)
            model.Denoiser.Denoise(x, levels, conditions).Dispose();

        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void A_model_that_was_closed_has_given_back_its_weights()
    {
        var before = Tensor.TotalCount;

        new UNetFolder(Fixture.PathTo(Fixture.Tiny)).Open("tiny", CPU).Dispose();

        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void So_has_one_whose_weights_do_not_fit()
    {
        using var fixture = new Fixture(Fixture.Tiny);
        fixture.ChangeWeights(weights => weights.Remove("conv_out.bias"));
        var before = Tensor.TotalCount;

        Assert.Throws<ModelFormatException>(fixture.Open);

        Assert.Equal(before, Tensor.TotalCount);
    }
}
