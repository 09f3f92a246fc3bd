using System.Security.Cryptography;
using OrleansDiffusion.Tests;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Tests.TorchScript;

public sealed class TorchScriptRefusalTests : IDisposable
{
    private const string NoLabels = "x: Tensor, t: Tensor";

    private static readonly byte[] Module = TorchScriptArchive.Of(NoLabels, "return x");

    private static readonly string Good = ModelsFixture.Json(Module, more: """
        ,"conditioning":{"labels":10,"null_label":10},"extra_inputs":[{"name":"a","dtype":"float32","shape":[2],"values":[1,2]}]
        """);

    private readonly ModelsFixture _models = new();

    /// <summary>What is replaced in a good file, by what, and what the message says.</summary>
    public static TheoryData<string, string, string> Mistakes => new()
    {
        { "\"kind\":\"torchscript\",", "", "kind null is not supported" },
        { "torchscript", "onnx", "kind onnx is not supported" },
        { "\"sha256\":\"", "\"sha256\":\"0", "sha256 must be" },
        { "\"shape\":[2],\"pre", "\"pre", "shape must list positive sizes" },
        { "\"shape\":[2],\"pre", "\"shape\":[0],\"pre", "shape must list positive sizes" },
        { "\"prediction_type\":\"epsilon\",", "", "prediction_type null is not supported" },
        { "epsilon", "score", "prediction_type score is not supported" },
        { "\"schedule\":{\"clip_sample\":false}", "\"_schedule\":{}", "schedule must be" },
        { "{\"clip_sample\":false}", "7", "schedule" },
        { "\"clip_sample\":false", "\"beta_schedule\":\"odd\"", "schedule: beta_schedule odd is not supported" },
        { "\"clip_sample\":false", "\"beta_end\":1,\"beta_end\":1", "schedule: must be" },
        { "\"clip_sample\":false", "\"prediction_type\":\"sample\"", "schedule: prediction_type must be epsilon" },
        { "\"labels\":10", "\"labels\":0", "conditioning.labels must be positive" },
        { "\"null_label\":10", "\"null_label\":-1", "conditioning.null_label must be 0 or more" },
        { "\"null_label\"", "\"none\"", "conditioning.none" },
        { "\"name\":\"a\",", "", "extra_inputs[0]: name must be given" },
        { "\"float32\"", "\"float16\"", "extra_inputs[0]: dtype float16 is not supported" },
        { "\"float32\",\"shape\":[2]", "\"float32\"", "extra_inputs[0]: values must be 1 numbers" },
        { "\"float32\",\"shape\":[2]", "\"float32\",\"shape\":[-2]", "extra_inputs[0]: shape must list" },
        { "[1,2]", "[1,2,3]", "extra_inputs[0]: values must be 2 numbers" },
        { "[1,2]", "[1,1e39]", "extra_inputs[0]: values must be numbers of the dtype float32" },
        { "\"float32\",\"shape\":[2],\"values\":[1,2]", "\"int64\",\"values\":[0.5]", "extra_inputs[0]: values must be numbers of the dtype int64" },
        { "[{\"name\"", "[null,{\"name\"", "extra_inputs" },
        { "\"kind\"", "\"data_variance\":0,\"kind\"", "data_variance must be positive" },
        { "\"kind\"", "\"batch_limit\":0,\"kind\"", "batch_limit must be positive" },
        { "\"kind\"", "\"colour\":1,\"kind\"", "option colour is not known" },
        { "{\"kind\"", "[{\"kind\"", "must be a JSON object" },
    };

    /// <summary>What forward takes and returns, its lines, and what the message says.</summary>
    public static TheoryData<string, string, string, string> Misfits => new()
    {
        { "x: Tensor", "Tensor", "return x", "Expected at most 2 argument(s)" },
        { NoLabels + ", labels: Tensor", "Tensor", "return x", "forward() is missing value for argument 'labels'" },
        { "x: Tensor, t: int", "Tensor", "return x", "forward() Expected a value of type 'int' for argument 't'" },
        { NoLabels, "Tensor", "return torch.unsqueeze(x, 0)", "returned a Float32 tensor of shape [1, 1, 2]" },
        { NoLabels, "Tensor", "return x.to(7)", "returned a Float64 tensor of shape [1, 2]" },
        { NoLabels, "Tensor", "return torch.mm(x, x)", "RuntimeError: mat1 and mat2 shapes cannot be multiplied (1x2 and 1x2)" },
        { NoLabels, "Tensor", "return [x][3]", "RuntimeError: list index out of range" },
        { NoLabels, "Tuple[Tensor, Tensor]", "return (x, t)", "returned no tensor" },
        { NoLabels, "str", "return 'x'", "returned no tensor" },
        { NoLabels, "float", "return 0.5", "returned no tensor" },
        { NoLabels, "None", "return None", "returned None" },
    };

    public void Dispose() => _models.Dispose();

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_in_model_json_is_one_line_that_names_it(string part, string replacement, string said)
    {
        Assert.Contains(part, Good, StringComparison.Ordinal);
        _models.Put("one", Module, Good.Replace(part, replacement, StringComparison.Ordinal));

        var message = _models.Refusal("one");

        Assert.StartsWith(_models.PathOf("one/model.json") + ": ", message, StringComparison.Ordinal);
        Assert.Contains(said, message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Misfits))]
    public void A_module_that_is_not_what_model_json_says_is_refused_when_opened(
        string parameters, string returns, string body, string said)
    {
        var module = TorchScriptArchive.Of(parameters, body, returns);
        _models.Put("one", module, ModelsFixture.Json(module));

        Assert.Contains(said, RefusalOfModule(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_module_without_forward_is_refused()
    {
        var module = TorchScriptArchive.Of(NoLabels, "return x", method: "backward");
        _models.Put("one", module, ModelsFixture.Json(module));

        Assert.Contains("Method 'forward' is not defined", RefusalOfModule(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_module_of_another_hash_is_refused_before_any_of_it_is_loaded()
    {
        byte[] junk = [1, 2, 3];
        _models.Put("one", junk, ModelsFixture.Json(Module));

        Assert.Contains(
            "has the SHA-256 039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81, expected ",
            RefusalOfModule(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_hash_may_be_written_in_capitals()
    {
        _models.Put("one", Module, ModelsFixture.Json(Module).Replace(Hash, Hash.ToUpperInvariant(), StringComparison.Ordinal));

        using var model = _models.Folder.Open("one", CPU);

        Assert.Equal([2], model!.Denoiser.Shape);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(300)]
    public void A_file_of_something_else_is_refused(int length)
    {
        var ruin = Module[..length];
        _models.Put("one", ruin, ModelsFixture.Json(ruin));

        Assert.Contains("failed", RefusalOfModule(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.pt")]
    [InlineData("model.json")]
    public void A_missing_file_is_named(string file)
    {
        _models.Put("one", Module, ModelsFixture.Json(Module));
        File.Delete(_models.PathOf("one/" + file));

        Assert.StartsWith(_models.PathOf("one/" + file) + ": ", _models.Refusal("one"), StringComparison.Ordinal);
    }

    private static string Hash => Convert.ToHexStringLower(SHA256.HashData(Module));

    private string RefusalOfModule()
    {
        var message = _models.Refusal("one");
        Assert.StartsWith(_models.PathOf("one/model.pt") + ": ", message, StringComparison.Ordinal);
        return message;
    }
}
