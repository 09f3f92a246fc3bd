using OrleansDiffusion.Models.Safetensors;
using OrleansDiffusion.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Tests.Safetensors;

/// <summary>Files that the reference implementation wrote.</summary>
public sealed class GoldenFileTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData("tiny-unet", 114, 163985)]
    [InlineData("tiny-attn-unet", 208, 253123)]
    public void Weights_are_all_there(string model, int tensors, long parameters)
    {
        using var file = SafetensorsFile.Open(WeightsOf(model));

        Assert.Equal(tensors, file.Entries.Count);
        Assert.Equal(parameters, file.Entries.Values.Sum(entry => entry.Elements));
        Assert.Equal("pt", Assert.Single(file.Metadata, pair => pair.Key == "format").Value);
        Assert.All(file.Entries.Values, entry => Assert.Equal(SafetensorsDtype.F32, entry.Dtype));
        Assert.Equal([16, 16, 3, 3], file.Entries["down_blocks.0.downsamplers.0.conv.weight"].Shape);
        Assert.All(file.Entries.Keys, name => Assert.InRange(LargestOf(file.Load(name)), 0.001f, 10f));
    }

    [Theory]
    [InlineData("tiny-unet")]
    [InlineData("tiny-attn-unet")]
    public void Activations_are_read_as_they_were_written(string model)
    {
        using var file = SafetensorsFile.Open(PathOf(model, "reference.safetensors"));

        Assert.Equal([0f, 500.5f, 999f], file.Load("t").data<float>().ToArray());
        Assert.Equal(file.Entries["x"].Shape, file.Entries["out"].Shape);
    }

    [Theory]
    [InlineData("tiny-unet")]
    [InlineData("tiny-attn-unet")]
    public void Written_again_a_file_is_the_same_byte_for_byte(string model)
    {
        using var file = SafetensorsFile.Open(WeightsOf(model));
        using var again = new MemoryStream();

        var tensors = file.Entries.Keys.ToDictionary(name => name, name => file.Load(name));
        SafetensorsWriter.Write(again, tensors, file.Metadata);

        Assert.Equal(File.ReadAllBytes(WeightsOf(model)), again.ToArray());
    }

    private static float LargestOf(Tensor tensor) => tensor.data<float>().Max(Math.Abs);

    private static string WeightsOf(string model) =>
        PathOf(model, Path.Combine("unet", "diffusion_pytorch_model.safetensors"));

    private static string PathOf(string model, string file) =>
        Path.Combine(AppContext.BaseDirectory, "Golden", model, file);
}
