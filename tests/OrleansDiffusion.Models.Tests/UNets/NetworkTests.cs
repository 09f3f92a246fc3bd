using OrleansDiffusion.Models.UNets;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Tests.UNets;

public sealed class NetworkTests
{
    private static readonly UNetConfig WithClasses = Configs.All["classes"];

    [Theory]
    [InlineData(Fixture.Tiny, 1, 8)]
    [InlineData(Fixture.WithAttention, 3, 16)]
    public void A_rows_output_does_not_depend_on_the_others(string name, long channels, long side)
    {
        using var scope = NewDisposeScope();
        var (network, parameters) = new UNetFolder(Fixture.PathTo(name)).OpenNetwork(CPU);
        using (parameters)
        {
            var x = Numbers.Random(1, 5, channels, side, side);
            var times = tensor(new[] { 999f, 500.5f, 0, 3, 999 });
            var together = network.Forward(x, times);

            for (var row = 0; row < 5; row++)
            {
                var alone = network.Forward(x.narrow(0, row, 1), times.narrow(0, row, 1));
                Assert.InRange(Numbers.Distance(alone, together.narrow(0, row, 1)), 0, 1e-5);
            }
        }
    }

    [Fact]
    public void A_label_changes_the_output_of_its_row_alone()
    {
        using var scope = NewDisposeScope();
        var network = new UNet2D(WithClasses, new RandomParameters(seed: 1).Get);

        var first = Forward(network, tensor(new[] { 0L, 2 }));
        var second = Forward(network, tensor(new[] { 0L, 3 }));

        Assert.InRange(Numbers.Distance(first.narrow(0, 0, 1), second.narrow(0, 0, 1)), 0, 1e-6);
        Assert.InRange(Numbers.Distance(first.narrow(0, 1, 1), second.narrow(0, 1, 1)), 1e-3, 100);
    }

    [Fact]
    public void A_labels_embedding_is_added_to_that_of_time()
    {
        using var scope = NewDisposeScope();
        var parameters = new RandomParameters(seed: 1);
        var network = new UNet2D(WithClasses, parameters.Get);
        var embedding = Numbers.Of(parameters.Given["class_embedding.weight"].narrow(0, 3, 1));
        var bias = Numbers.Of(parameters.Given["time_embedding.linear_2.bias"]);
        var moved = tensor(bias.Zip(embedding, (a, b) => a + b).ToArray());

        var without = new UNet2D(Configs.Small, (name, _) =>
            name == "time_embedding.linear_2.bias" ? moved : parameters.Given[name]);

        Assert.InRange(Numbers.Distance(Forward(without, null), Forward(network, tensor(new[] { 3L, 3 }))), 0, 1e-5);
    }

    [Fact]
    public void Labels_are_for_networks_with_classes_and_needed_there()
    {
        using var scope = NewDisposeScope();
        var with = new UNet2D(WithClasses, new RandomParameters(seed: 1).Get);
        var without = new UNet2D(Configs.Small, new RandomParameters(seed: 1).Get);

        Assert.Equal("labels", Assert.Throws<ArgumentException>(() => Forward(with, null)).ParamName);
        Assert.Equal(
            "labels", Assert.Throws<ArgumentException>(() => Forward(without, tensor(new[] { 0L, 0 }))).ParamName);
    }

    private static Tensor Forward(UNet2D network, Tensor? labels) =>
        network.Forward(Numbers.Random(2, 2, 2, 8, 8), tensor(new[] { 20f, 700 }), labels);
}
