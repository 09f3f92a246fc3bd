using System.Runtime.InteropServices;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Schedules;
using OrleansDiffusion.Tests;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Tests.TorchScript;

public sealed class TorchScriptDenoiserTests : IDisposable
{
    private const string NoLabels = "x: Tensor, t: Tensor";

    // Half of N(m, s² I) and half of N(−m, s² I): D = κ x + (1 − κ α) m tanh(α ⟨m, x⟩/v), for diffusers' linear betas.
    private const string TwoGaussians = """
        signal = torch.cumprod(1. - torch.linspace(0.0001, 0.02, 1000, dtype=7), 0)
        square = torch.unsqueeze(torch.index_select(signal, 0, t.to(4)), 1)
        alpha = torch.sqrt(square)
        sigma = torch.sqrt(1. - square)
        m = torch.tensor([[0.5, -0.25]], dtype=7)
        wide = x.to(7)
        v = square * 0.04 + sigma * sigma
        kappa = alpha * 0.04 / v
        side = torch.tanh(alpha * torch.sum(wide * m, [1], True) / v)
        denoised = kappa * wide + (1. - kappa * alpha) * m * side
        return ((wide - alpha * denoised) / sigma).to(6)
        """;

    private static readonly NoiseLevel[] Levels = [new(0.75, 0.5, 3), new(0.5, 0.25, 7.5), new(0.25, 2, 0)];

    private readonly ModelsFixture _models = new();

    public void Dispose() => _models.Dispose();

    [Fact]
    public void Sampling_with_a_module_is_sampling_with_its_formula()
    {
        var module = TorchScriptArchive.Of(NoLabels, TwoGaussians);
        using var model = _models.Open(module, ModelsFixture.Json(module));
        using var mixture = new GaussianMixture(
            new MixtureParameters([2], [1, 1], [[0.5, -0.25], [-0.5, 0.25]], [0.2, 0.2]));

        var ofModule = Sample(model.Denoiser, model.Schedule!);
        var ofFormula = Sample(mixture, DiscreteSchedule.Linear());

        Assert.All(ofModule.Zip(ofFormula), pair => Assert.Equal(pair.Second, pair.First, 1e-4f));
        Assert.Equal(2, ofModule.Select(float.Sign).Distinct().Count());
    }

    [Theory]
    [InlineData("epsilon")]
    [InlineData("v_prediction")]
    [InlineData("sample")]
    public void What_a_module_predicts_becomes_D(string prediction)
    {
        var module = TorchScriptArchive.Of(NoLabels, "return x * 0.5 + torch.unsqueeze(t, 1)");
        using var model = _models.Open(module, ModelsFixture.Json(module, prediction));

        var denoised = Denoise(model.Denoiser, []);

        Assert.Equal(
            Each((x, level) =>
            {
                var output = (x * 0.5) + level.Time;
                return prediction switch
                {
                    "epsilon" => (x - (level.Sigma * output)) / level.Alpha,
                    "v_prediction" => (level.Alpha * x) - (level.Sigma * output),
                    _ => output,
                };
            }),
            denoised);
    }

    [Fact]
    public void D_is_clamped_where_the_schedule_says_so()
    {
        var module = TorchScriptArchive.Of(NoLabels, "return x");
        var json = ModelsFixture.Json(module, "sample").Replace(
            "\"clip_sample\":false", "\"clip_sample_range\":0.5", StringComparison.Ordinal);
        using var model = _models.Open(module, json);

        Assert.Equal(Each((x, _) => Math.Clamp(x, -0.5, 0.5)), Denoise(model.Denoiser, []));
    }

    [Fact]
    public void Labels_and_then_extra_inputs_are_given_in_their_order()
    {
        var module = TorchScriptArchive.Of(
            NoLabels + ", labels: Tensor, scale: Tensor, shift: Tensor, count: Tensor",
            """
            _ = torch.bincount(labels)
            _ = torch.bincount(count)
            rows = torch.unsqueeze(labels * count, 1)
            return (rows * scale + shift).to(6)
            """);
        using var model = _models.Open(module, ModelsFixture.Json(module, "sample", """
            ,"conditioning":{"labels":10,"null_label":10},"extra_inputs":[
            {"name":"scale","shape":[1],"values":[0.5]},
            {"name":"shift","dtype":"float32","shape":[2],"values":[0.25,-3]},
            {"name":"count","dtype":"int64","values":[4]}],
            "data_variance":2,"batch_limit":5,"description":"all of it"
            """));

        Assert.Equal((new ClassLabels(10, 10), "all of it"), (model.Labels, model.Description));
        Assert.Equal((2, 5), (model.Denoiser.DataVariance, model.Denoiser.BatchLimit));
        Assert.Equal([6.25f, 3, 20.25f, 17, 2.25f, -1], Denoise(model.Denoiser, [new(3), default, new(1)]));
        Assert.Equal([-7.75f, -11, 20.25f, 17, 2.25f, -1], Denoise(model.Denoiser, [new(3, 2), default, new(1)]));
    }

    [Fact]
    public void A_module_that_writes_into_its_inputs_harms_nobody()
    {
        var module = TorchScriptArchive.Of(NoLabels + ", scale: Tensor", """
            _ = t.mul_(2.)
            _ = scale.mul_(2.)
            return x.mul_(scale)
            """);
        const string Extra = ""","extra_inputs":[{"name":"scale","shape":[1],"values":[0.5]}]""";
        using var model = _models.Open(module, ModelsFixture.Json(module, more: Extra));

        for (var call = 0; call < 2; call++)
            Assert.Equal(Each((x, level) => (x - (level.Sigma * x)) / level.Alpha), Denoise(model.Denoiser, []));
    }

    [Fact]
    public async Task Several_threads_may_ask_at_once()
    {
        var module = TorchScriptArchive.Of(NoLabels, TwoGaussians);
        using var model = _models.Open(module, ModelsFixture.Json(module));
        NoiseLevel[] levels = [Levels[0], Levels[0], Levels[2]];
        var alone = Denoise(model.Denoiser, [], levels);

        var together = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(
            () => Enumerable.Range(0, 20).Select(_ => Denoise(model.Denoiser, [], levels)).Last())));

        Assert.All(together, denoised => Assert.Equal(alone, denoised));
    }

    [Fact]
    public void A_module_that_mixes_up_its_rows_is_found_out()
    {
        var module = TorchScriptArchive.Of(NoLabels, "return torch.slice(x, 0, 0, 1)");
        using var model = _models.Open(module, ModelsFixture.Json(module));

        var error = Assert.Throws<ModelFormatException>(() => Denoise(model.Denoiser, []));

        Assert.EndsWith(
            "forward must return a Float32 tensor of shape [3, 2], returned a Float32 tensor of shape [1, 2]",
            error.Message, StringComparison.Ordinal);
    }

    private static float[] Row(int row) => [row + 0.5f, -row];

    private static float[] Each(Func<double, NoiseLevel, double> formula) =>
        [.. Levels.SelectMany((level, row) => Row(row).Select(x => (float)formula(x, level)))];

    private static float[] Denoise(IDenoiser denoiser, Condition[] conditions, NoiseLevel[]? levels = null)
    {
        levels ??= Levels;
        using var x = tensor(levels.SelectMany((_, row) => Row(row)).ToArray(), [levels.Length, 2]);
        using var before = x.clone();
        using var denoised = denoiser.Denoise(
            x, levels, conditions.Length == 0 ? new Condition[levels.Length] : conditions);
        Assert.True(x.equal(before).all().item<bool>());
        return MemoryMarshal.Cast<byte, float>(denoised.bytes).ToArray();
    }

    private static float[] Sample(IDenoiser denoiser, VariancePreservingSchedule schedule)
    {
        var timeline = Timeline.Create(new TimelineOptions { Sampler = Sampler.Ddim, Steps = 50 }, schedule);
        using var result = new PicardSampler(denoiser, timeline, new PicardOptions { Tolerance = 0 }).Sample(
            seed: 7, firstSample: 0, samples: 16, [], null, TestContext.Current.CancellationToken);
        return MemoryMarshal.Cast<byte, float>(result.Samples.bytes).ToArray();
    }
}
