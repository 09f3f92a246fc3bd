using System.Security.Cryptography;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Cli.Tests;

public sealed class ModelsFolderTests : IDisposable
{
    private readonly Odiff _odiff = new();

    public ModelsFolderTests()
    {
        var module = TorchScriptArchive.Of("x: Tensor, t: Tensor", "return x * 0.5");
        var json = $$"""
            {"kind":"torchscript","sha256":"{{Convert.ToHexStringLower(SHA256.HashData(module))}}","shape":[3],
            "prediction_type":"sample","schedule":{},"description":"half of it"}
            """;
        Directory.CreateDirectory(_odiff.PathOf("models/halves"));
        File.WriteAllBytes(_odiff.PathOf("models/halves/model.pt"), module);
        _odiff.Put("models/halves/model.json", json);
        _odiff.Put(
            "models/normal.json", """{"kind":"gaussian-mixture","shape":[2],"weights":[1],"means":[[0,0]],"stddevs":[1]}""");
        _odiff.Put("models/broken.json", "{}");
    }

    public void Dispose() => _odiff.Dispose();

    [Fact]
    public async Task Models_of_the_folder_are_listed_and_one_that_is_broken_hides_none()
    {
        _odiff.Models = "models";

        var result = await _odiff.Run("models");

        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"(?m)^\s*halves\s+3\s+linear\s+.*half of it", result.Output);
        Assert.Matches(@"(?m)^\s*normal\.json\s+2\s+any\s+.*mixture of 1 Gaussians", result.Output);
        Assert.Matches(@"(?m)^\s*demo\s", result.Output);
        Assert.DoesNotContain("broken.json", result.Output, StringComparison.Ordinal);
        Assert.Matches("(?m)^odiff: models/broken.json: .*kind", result.Error);
    }

    [Theory]
    [InlineData("halves", 3)]
    [InlineData("normal.json", 2)]
    public async Task They_are_sampled_by_name(string name, int elements)
    {
        _odiff.Models = "models";

        var result = await _odiff.Run($"sample --model {name} --sampler ddim --steps 20 --count 4 --out samples.npy");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal([4, elements], _odiff.Npy("samples.npy").Shape);
    }

    [Theory]
    [InlineData(null, "halves", "halves: no such file or folder, and not the name of a model")]
    [InlineData(null, "models/halves", "models/halves: a TorchScript model runs code of its own")]
    [InlineData("models", "models/halves", "ODIFF_MODELS")]
    [InlineData("models", "../models/halves", "no such file or folder")]
    [InlineData("nothing", "halves", "ODIFF_MODELS")]
    public async Task Nothing_else_of_theirs_is_opened(string? folder, string model, string said)
    {
        _odiff.Models = folder;

        var result = await _odiff.Run($"sample --model {model} --out samples.npy");

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("odiff: ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', result.Error);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_names_the_variable()
    {
        var result = await _odiff.Run("models --help");

        Assert.Contains("ODIFF_MODELS", result.Output, StringComparison.Ordinal);
    }
}
