using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Tests.UNets;

/// <summary>Weights that are not those of the network, and folders that are not whole.</summary>
public sealed class WeightsTests : IDisposable
{
    private readonly Fixture _fixture = new(Fixture.WithAttention);

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("conv_in.weight")]
    [InlineData("time_embedding.linear_2.bias")]
    [InlineData("down_blocks.1.attentions.0.to_q.weight")]
    [InlineData("mid_block.resnets.1.time_emb_proj.weight")]
    [InlineData("up_blocks.0.attentions.2.to_out.0.bias")]
    [InlineData("up_blocks.1.resnets.2.conv_shortcut.weight")]
    [InlineData("conv_norm_out.bias")]
    public void A_missing_tensor_is_named(string name)
    {
        _fixture.ChangeWeights(weights => Assert.True(weights.Remove(name)));

        AssertRefused($"has no tensor {name}");
    }

    [Fact]
    public void Tensors_that_are_left_over_are_counted_and_the_first_named()
    {
        _fixture.ChangeWeights(weights =>
        {
            weights.Add("up_blocks.1.upsamplers.0.conv.weight", zeros(1));
            weights.Add("down_blocks.0.attentions.0.to_q.weight", zeros(1));
        });

        AssertRefused("has 2 tensors that the network does not use, down_blocks.0.attentions.0.to_q.weight first");
    }

    [Fact]
    public void A_tensor_that_is_there_under_both_names_is_left_over()
    {
        _fixture.ChangeWeights(weights =>
            weights.Add("mid_block.attentions.0.query.weight", weights["mid_block.attentions.0.to_q.weight"]));

        AssertRefused("mid_block.attentions.0.query.weight");
    }

    [Theory]
    [InlineData("conv_in.weight", "[16, 3, 3, 3]")]
    [InlineData("down_blocks.1.attentions.0.to_q.weight", "[32, 32]")]
    [InlineData("mid_block.resnets.0.norm1.bias", "[32]")]
    public void A_tensor_of_another_shape_is_named_with_both_shapes(string name, string shape)
    {
        _fixture.ChangeWeights(weights => weights[name] = weights[name].unsqueeze(0));

        AssertRefused($"{name} must have the shape {shape}, has [1, {shape[1..]}");
    }

    [Theory]
    [InlineData("model_index.json")]
    [InlineData("unet/config.json")]
    [InlineData("scheduler/scheduler_config.json")]
    [InlineData("unet/diffusion_pytorch_model.safetensors")]
    public void A_missing_or_broken_file_is_named(string file)
    {
        foreach (var content in new[] { "[]", "{", "null", "\0\0" })
        {
            File.WriteAllText(_fixture.PathOf(file), content);
            AssertRefused(_fixture.PathOf(file) + ": ");
        }

        File.Delete(_fixture.PathOf(file));
        AssertRefused(_fixture.PathOf(file) + ": ");
    }

    [Fact]
    public void A_network_that_does_not_say_its_sample_size_is_refused()
    {
        _fixture.ChangeConfig(config => config["sample_size"] = null);

        AssertRefused("unet/config.json: sample_size must say");
    }

    private void AssertRefused(string reason)
    {
        var message = Assert.Throws<ModelFormatException>(_fixture.Open).Message;

        Assert.StartsWith(_fixture.Folder, message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }
}
