using OrleansDiffusion.Models.UNets;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Tests.UNets;

/// <summary>Blocks against their formulas, with options that the saved fixtures leave at their defaults.</summary>
public sealed class BlockTests : IDisposable
{
    private const int Rows = 2;
    private const int Channels = 8;
    private const double Scale = 1.5;

    // An epsilon that shows.
    private static readonly UNetConfig Config = Configs.Small with { NormEps = 0.1 };

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly RandomParameters _given = new(seed: 5);

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData("", Channels)]
    [InlineData("", 12)]
    [InlineData("down", Channels)]
    [InlineData("up", Channels)]
    public void A_resnet_is_its_formula(string direction, int outChannels)
    {
        var resize = direction switch
        {
            "down" => Downsample.Mean,
            "up" => Upsample.Nearest,
            _ => (Func<Tensor, Tensor>?)null,
        };
        var block = new ResnetBlock(new Parameters(_given.Get, "r"), Channels, outChannels, Config, resize, Scale);
        var (x, time) = (Numbers.Random(6, Rows, Channels, 4, 6), Numbers.Random(7, Rows, Config.TimeEmbedDim));

        var output = block.Forward(x, time);

        // The resolution changes after the first norm, and that of the skip too.
        var hidden = Convolved(Resized(Activated(x, "norm1")), "conv1")
            + Projected(time, "time_emb_proj").unsqueeze(2).unsqueeze(3);
        hidden = Convolved(Activated(hidden, "norm2"), "conv2");
        var skip = outChannels == Channels ? Resized(x) : Convolved(x, "conv_shortcut", padding: 0);
        Assert.InRange(Numbers.Distance((skip + hidden) / tensor((float)Scale), output), 0, 1e-5);

        Tensor Activated(Tensor value, string norm) => nn.functional.silu(Normed(value, "r." + norm, Config.NormNumGroups));
        Tensor Projected(Tensor value, string layer) =>
            nn.functional.linear(value, _given.Given[$"r.{layer}.weight"], _given.Given[$"r.{layer}.bias"]);
        Tensor Convolved(Tensor value, string layer, long padding = 1) => nn.functional.conv2d(
            value, _given.Given[$"r.{layer}.weight"], _given.Given[$"r.{layer}.bias"], padding: [padding, padding]);
        Tensor Resized(Tensor value) => direction switch
        {
            "down" => value.unflatten(3, 3, 2).unflatten(2, 2, 2).mean([3, 5]),
            "up" => value.repeat_interleave(2, 2).repeat_interleave(2, 3),
            _ => value,
        };
    }

    [Theory]
    [InlineData(null, 4L, 1, 8)]
    [InlineData(4, 2L, 2, 4)]
    [InlineData(3, null, 2, 3)]
    public void Attention_is_its_formula(int? headSize, long? groups, int heads, int size)
    {
        var block = new AttentionBlock(
            new Parameters(_given.Get, "a"), Channels, groups, Config with { AttentionHeadDim = headSize }, Scale);
        var x = Numbers.Random(6, Rows, Channels, 3, 2);

        var output = Numbers.Of(block.Forward(x));

        var normed = groups is { } count ? Normed(x, "a.group_norm", count) : x;
        Assert.Equal(heads * size, _given.Given["a.to_q.weight"].shape[0]);
        var (query, key, value) = (Pixels(normed, "a.to_q"), Pixels(normed, "a.to_k"), Pixels(normed, "a.to_v"));
        var attended = new float[Rows * 6 * heads * size];
        for (var row = 0; row < Rows; row++)
        {
            for (var head = 0; head < heads; head++)
                Attend(row, head * size);
        }

        var merged = Numbers.Of(nn.functional.linear(
            tensor(attended, [Rows, 6, heads * size]), _given.Given["a.to_out.0.weight"], _given.Given["a.to_out.0.bias"])
            .transpose(1, 2));
        var expected = Numbers.Of(x).Zip(merged, (a, b) => (a + b) / Scale);
        Assert.All(expected.Zip(output), pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-5));

        // One head, whose channels begin at "first": weights softmax(q k / sqrt(size)) over the pixels.
        void Attend(int row, int first)
        {
            for (var pixel = 0; pixel < 6; pixel++)
            {
                var weights = Enumerable.Range(0, 6).Select(other => Math.Exp(Enumerable.Range(first, size)
                    .Sum(c => query[At(row, pixel, c)] * key[At(row, other, c)]) / Math.Sqrt(size))).ToArray();
                for (var c = first; c < first + size; c++)
                {
                    attended[At(row, pixel, c)] = (float)(Enumerable.Range(0, 6)
                        .Sum(other => weights[other] * value[At(row, other, c)]) / weights.Sum());
                }
            }
        }

        int At(int row, int pixel, int channel) => (((row * 6) + pixel) * heads * size) + channel;
    }

    [Fact]
    public void The_scale_of_the_middle_is_that_of_each_of_its_parts()
    {
        var config = Config with { BlockOutChannels = [Channels], MidBlockScaleFactor = Scale };
        var block = new MidBlock(new Parameters(_given.Get, "m"), config);
        var (x, time) = (Numbers.Random(6, Rows, Channels, 4, 6), Numbers.Random(7, Rows, config.TimeEmbedDim));

        var output = block.Forward(x, time);

        var same = new Parameters((name, _) => _given.Given[name], "m");
        var hidden = Resnet(0).Forward(x, time);
        hidden = new AttentionBlock(same.In("attentions.0"), Channels, config.NormNumGroups, config, Scale).Forward(hidden);
        Assert.InRange(Numbers.Distance(Resnet(1).Forward(hidden, time), output), 0, 1e-6);

        ResnetBlock Resnet(int index) => new(same.In("resnets", index), Channels, Channels, config, outputScale: Scale);
    }

    [Theory]
    [InlineData(8, true, 0)]
    [InlineData(8, false, 1)]
    [InlineData(9, true, 0.5)]
    [InlineData(9, false, 0)]
    public void The_time_embedding_is_its_formula(int width, bool cosinesFirst, double shift)
    {
        var config = Config with { BlockOutChannels = [width], FlipSinToCos = cosinesFirst, FreqShift = shift };
        var embedding = new TimeEmbedding(new Parameters(_given.Get, "t"), config);
        float[] times = [0, 12.25f, 999];

        var output = embedding.Forward(tensor(times));

        var waves = times.SelectMany(time => Waves(time, width / 2, shift, cosinesFirst, isOdd: width % 2 == 1));
        var expected = Layer(nn.functional.silu(Layer(tensor(waves.ToArray(), [3, width]), "linear_1")), "linear_2");
        Assert.InRange(Numbers.Distance(expected, output), 0, 1e-4);

        Tensor Layer(Tensor value, string layer) =>
            nn.functional.linear(value, _given.Given[$"t.{layer}.weight"], _given.Given[$"t.{layer}.bias"]);
    }

    // An odd width ends with a zero.
    private static IEnumerable<float> Waves(float time, int half, double shift, bool cosinesFirst, bool isOdd)
    {
        var phases = Enumerable.Range(0, half).Select(i => time * Math.Pow(10000, -i / (half - shift))).ToArray();
        var (sines, cosines) = (phases.Select(Math.Sin), phases.Select(Math.Cos));
        var waves = cosinesFirst ? cosines.Concat(sines) : sines.Concat(cosines);
        return waves.Concat(isOdd ? [0.0] : []).Select(wave => (float)wave);
    }

    // [rows, pixels, width] as a plain array
    private float[] Pixels(Tensor x, string layer) => Numbers.Of(nn.functional.linear(
        x.flatten(2).transpose(1, 2), _given.Given[$"{layer}.weight"], _given.Given[$"{layer}.bias"]));

    private Tensor Normed(Tensor x, string norm, long groups) => nn.functional.group_norm(
        x, groups, _given.Given[$"{norm}.weight"], _given.Given[$"{norm}.bias"], Config.NormEps);
}
