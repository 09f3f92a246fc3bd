using System.Text.Json.Nodes;
using OrleansDiffusion.Models.UNets;
using OrleansDiffusion.Sampling;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Tests.UNets;

public sealed class UNetDenoiserTests : IDisposable
{
    private const int Rows = 4;

    // Between whole timesteps too; nowhere so noisy that 1/α blows rounding up.
    private static readonly double[] Timesteps = [0, 30.5, 400, 700];

    private readonly Fixture _fixture = new(Fixture.Tiny);

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("epsilon")]
    [InlineData("v_prediction")]
    [InlineData("sample")]
    public void The_denoised_estimate_is_the_formula_of_the_prediction(string prediction)
    {
        _fixture.ChangeScheduler(scheduler =>
        {
            scheduler["prediction_type"] = prediction;
            scheduler["clip_sample"] = false;
            scheduler["clip_sample_range"] = 0.25;
        });

        var (x, levels, output, denoised) = Ask();

        for (var i = 0; i < x.Length; i++)
        {
            var level = levels[i / (x.Length / Rows)];
            var expected = prediction switch
            {
                "epsilon" => (x[i] - (level.Sigma * output[i])) / level.Alpha,
                "v_prediction" => (level.Alpha * x[i]) - (level.Sigma * output[i]),
                _ => output[i],
            };
            Assert.InRange(denoised[i], expected - 2e-5, expected + 2e-5);
        }

        Assert.True(denoised.Max() > 0.25); // clipping would have shown
    }

    [Theory]
    [InlineData("epsilon", 1)]
    [InlineData("v_prediction", 0.25)]
    [InlineData("sample", 0.5)]
    public void The_denoised_estimate_is_clipped_to_the_range(string prediction, double range)
    {
        _fixture.ChangeScheduler(scheduler =>
        {
            scheduler["prediction_type"] = prediction;
            scheduler["clip_sample"] = false;
        });
        var unclipped = Ask().Denoised;

        _fixture.ChangeScheduler(scheduler =>
        {
            scheduler["clip_sample"] = true;
            scheduler["clip_sample_range"] = range;
        });
        var clipped = Ask().Denoised;

        Assert.Equal(unclipped.Select(value => Math.Clamp(value, (float)-range, (float)range)), clipped);
        Assert.Contains((float)range, clipped);
        Assert.Contains((float)-range, clipped);
    }

    [Fact]
    public void Neither_x_nor_its_gradients_are_touched()
    {
        using var model = _fixture.Open();
        using var x = Numbers.Random(1, 1, 1, 8, 8);
        var before = Numbers.Of(x);

        using var denoised = model.Denoiser.Denoise(x, [model.Schedule!.At(500)], [Condition.None]);

        Assert.Equal(before, Numbers.Of(x));
        Assert.False(denoised.requires_grad);
        Assert.Equal(ScalarType.Float32, denoised.dtype);
    }

    [Fact]
    public void A_model_is_what_its_files_say()
    {
        _fixture.ChangeScheduler(scheduler => scheduler["num_train_timesteps"] = 400);
        using (var plain = _fixture.Open())
        {
            Assert.Equal(("fixture", "U-Net with 0.2 million parameters"), (plain.Name, plain.Description));
            Assert.Equal([1, 8, 8], plain.Denoiser.Shape);
            Assert.Equal(0.25, plain.Denoiser.DataVariance);
            Assert.InRange(plain.Denoiser.BatchLimit, 1, 100_000);
            Assert.Null(plain.Labels);
            Assert.Equal(400, plain.Timeline!.Steps);
            Assert.Equal(399, plain.Schedule!.At(399).Time);
        }

        _fixture.ChangeIndex(index => index["orleans_diffusion"] =
            new JsonObject { ["data_variance"] = 0.5, ["description"] = "small squares" });
        using var described = _fixture.Open();
        Assert.Equal((0.5, "small squares"), (described.Denoiser.DataVariance, described.Description));
    }

    [Fact]
    public void Without_a_label_for_no_class_every_row_needs_a_label()
    {
        _fixture.AddClasses(4);
        using var model = _fixture.Open();
        using var x = Numbers.Random(1, 2, 1, 8, 8);
        NoiseLevel[] levels = [model.Schedule!.At(3), model.Schedule.At(999)];

        using var denoised = model.Denoiser.Denoise(x, levels, [new(0), new(3)]);

        Assert.Equal(new ClassLabels(4), model.Labels);
        Assert.Equal(x.shape, denoised.shape);
        Assert.Throws<ArgumentException>(() => model.Denoiser.Denoise(x, levels, [new(0), Condition.None]));
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(0, 4)]
    public void A_label_for_no_class_makes_a_model_that_can_be_guided(int nullClass, int count)
    {
        _fixture.AddClasses(4);
        _fixture.ChangeScheduler(scheduler => scheduler["clip_sample"] = false);
        _fixture.ChangeIndex(index =>
            index["orleans_diffusion"] = new JsonObject { ["null_class"] = nullClass });
        using var model = _fixture.Open();
        using var x = Numbers.Random(1, 1, 1, 8, 8);

        Assert.Equal(new ClassLabels(count, nullClass), model.Labels);
        var (ofLabel, ofNull, guided) = (Denoise(new(1)), Denoise(Condition.None), Denoise(new(1, 2.5)));
        Assert.Equal(Denoise(new(nullClass)), ofNull);
        for (var i = 0; i < guided.Length; i++)
            Assert.Equal(ofNull[i] + (2.5 * (ofLabel[i] - ofNull[i])), guided[i], tolerance: 1e-4);

        float[] Denoise(Condition condition)
        {
            using var denoised = model.Denoiser.Denoise(x, [model.Schedule!.At(300)], [condition]);
            return Numbers.Of(denoised);
        }
    }

    [Theory]
    [InlineData("null_class", "4")]
    [InlineData("null_class", "-1")]
    [InlineData("null_class", "\"none\"")]
    [InlineData("data_variance", "0")]
    [InlineData("data_variance", "-1")]
    public void A_card_out_of_range_is_refused_by_its_name(string entry, string value)
    {
        _fixture.AddClasses(4);
        _fixture.ChangeIndex(index => index["orleans_diffusion"] =
            new JsonObject { [entry] = JsonNode.Parse(value) });

        var message = Assert.Throws<ModelFormatException>(_fixture.Open).Message;

        Assert.StartsWith($"{_fixture.PathOf("model_index.json")}: ", message, StringComparison.Ordinal);
        Assert.Contains(entry, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_for_no_class_is_for_networks_with_classes()
    {
        _fixture.ChangeIndex(index =>
            index["orleans_diffusion"] = new JsonObject { ["null_class"] = 0 });

        Assert.Contains("null_class", Assert.Throws<ModelFormatException>(_fixture.Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_pipeline_is_refused()
    {
        _fixture.ChangeIndex(index => index["_class_name"] = "StableDiffusionPipeline");

        Assert.Contains(
            "StableDiffusionPipeline", Assert.Throws<ModelFormatException>(_fixture.Open).Message, StringComparison.Ordinal);
    }

    // x, what the network makes of it, and what the denoiser does.
    private (float[] X, NoiseLevel[] Levels, float[] Output, float[] Denoised) Ask()
    {
        using var scope = NewDisposeScope();
        using var model = _fixture.Open();
        var levels = Array.ConvertAll(Timesteps, model.Schedule!.At);
        var x = Numbers.Random(1, Rows, 1, 8, 8);
        var (network, parameters) = new UNetFolder(_fixture.Folder).OpenNetwork(CPU);
        using (parameters)
        {
            var output = network.Forward(x, tensor(Array.ConvertAll(Timesteps, t => (float)t)));
            var denoised = model.Denoiser.Denoise(x, levels, new Condition[Rows]);
            return (Numbers.Of(x), levels, Numbers.Of(output), Numbers.Of(denoised));
        }
    }
}
