using OrleansDiffusion.Models.UNets;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Tests.UNets;

/// <summary>What a configuration may say, beyond what the saved fixtures say.</summary>
public sealed class ArchitectureTests : IDisposable
{
    private const int Rows = 2;

    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> Names => [.. Configs.All.Keys];

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void A_network_asks_for_the_parameters_of_diffusers(string name)
    {
        var config = Configs.All[name];
        config.Validate();
        var parameters = new RandomParameters(seed: 1);

        var output = Forward(new UNet2D(config, parameters.Get), config);

        Assert.Equal(
            Described(DiffusersParameters.Of(config)),
            Described(parameters.Given.ToDictionary(given => given.Key, given => given.Value.shape)));
        Assert.Equal([Rows, config.InChannels, config.SampleSize!.Height, config.SampleSize.Width], output.shape);
        Assert.All(Numbers.Of(output), value => Assert.True(float.IsFinite(value)));
    }

    [Theory]
    [InlineData(Configs.Cifar10, 35746307)]
    [InlineData(Configs.CelebaHq, 113673219)]
    public void Published_configurations_can_be_built_and_have_their_known_size(string json, long parameters)
    {
        var config = UNetConfig.Read(json);
        var shapes = new Dictionary<string, long[]>();

        _ = new UNet2D(config, (name, shape) =>
        {
            shapes.Add(name, shape);
            return empty(shape, device: META);
        });

        Assert.Equal(Described(DiffusersParameters.Of(config)), Described(shapes));
        Assert.Equal(parameters, shapes.Values.Sum(shape => shape.Aggregate(1L, (product, size) => product * size)));
    }

    [Fact]
    public void Every_architecture_gives_an_output_of_its_own()
    {
        // With the same parameters wherever the names and shapes are the same.
        var outputs = new[] { "small", "scaled middle", "centred input", "sines first, shifted", "no middle", "attention norm" }
            .Select(name => Numbers.Of(Forward(Network(Configs.All[name]), Configs.All[name]))).ToArray();

        for (var i = 0; i < outputs.Length; i++)
        {
            for (var j = 0; j < i; j++)
                Assert.InRange(outputs[i].Zip(outputs[j], (a, b) => Math.Abs(a - b)).Max(), 1e-4, 100);
        }
    }

    [Fact]
    public void Centring_maps_the_input_from_0_1_to_minus_1_1()
    {
        var x = Input(Configs.Small);
        var mapped = tensor(Array.ConvertAll(Numbers.Of(x), value => (2 * value) - 1), x.shape);

        var centred = Network(Configs.All["centred input"]).Forward(x, Times());

        Assert.InRange(Numbers.Distance(Network(Configs.Small).Forward(mapped, Times()), centred), 0, 1e-5);
    }

    [Fact]
    public void Scale_and_shift_are_applied_to_the_second_norm_in_this_order()
    {
        // Where the projection of time is a constant (s, h), norm (1 + s) + h is a norm with other parameters.
        var scaled = Configs.Small with { ResnetTimeScaleShift = "scale_shift", AddAttention = false };
        var plain = scaled with { ResnetTimeScaleShift = "default" };
        var given = new RandomParameters(seed: 4);

        var output = new UNet2D(scaled, (name, shape) =>
            name.EndsWith("time_emb_proj.weight", StringComparison.Ordinal) ? zeros(shape) : given.Get(name, shape))
            .Forward(Input(scaled), Times());
        var same = new UNet2D(plain, (name, shape) => name switch
        {
            _ when name.Contains(".time_emb_proj.", StringComparison.Ordinal) => zeros(shape),
            _ when name.Contains(".norm2.", StringComparison.Ordinal) => Folded(name, given.Given),
            _ => given.Given[name],
        }).Forward(Input(plain), Times());

        Assert.InRange(Numbers.Distance(same, output), 0, 1e-5);
        Assert.InRange(Numbers.Distance(Network(plain).Forward(Input(plain), Times()), output), 1e-2, 100);
    }

    private static UNet2D Network(UNetConfig config) => new(config, (name, shape) =>
        new RandomParameters(name.Sum(c => c)).Get(name, shape));

    private static Tensor Forward(UNet2D network, UNetConfig config) => network.Forward(
        Input(config), Times(), config.NumClassEmbeds is null ? null : tensor(new[] { 1L, 4 }));

    private static Tensor Input(UNetConfig config) =>
        Numbers.Random(2, Rows, config.InChannels, config.SampleSize!.Height, config.SampleSize.Width);

    private static Tensor Times() => tensor(new[] { 20f, 500.5f });

    // The weight or bias of norm2 with a block's constant scale and shift, the two halves of the projection's bias.
    private static Tensor Folded(string name, IReadOnlyDictionary<string, Tensor> given)
    {
        var projection = Numbers.Of(given[name[..name.IndexOf("norm2", StringComparison.Ordinal)] + "time_emb_proj.bias"]);
        var (scale, shift) = (projection[..(projection.Length / 2)], projection[(projection.Length / 2)..]);
        var isBias = name.EndsWith(".bias", StringComparison.Ordinal);
        return tensor(Numbers.Of(given[name]).Select((value, i) => (value * (1 + scale[i])) + (isBias ? shift[i] : 0)).ToArray());
    }

    private static string[] Described(IReadOnlyDictionary<string, long[]> shapes) =>
        [.. shapes.Select(shape => $"{shape.Key} [{string.Join(", ", shape.Value)}]").Order(StringComparer.Ordinal)];
}
