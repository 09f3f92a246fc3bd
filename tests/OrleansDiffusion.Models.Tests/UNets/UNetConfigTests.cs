using System.Text.Json.Nodes;
using OrleansDiffusion.Models.UNets;

namespace OrleansDiffusion.Models.Tests.UNets;

public sealed class UNetConfigTests
{
    /// <summary>An option, what it is set to (JSON), and words of the refusal beside its name.</summary>
    public static TheoryData<string, string, string> Refused => new()
    {
        { "_class_name", "\"UNet2DConditionModel\"", "UNet2DModel" },
        { "time_embedding_type", "\"fourier\"", "positional" },
        { "time_embedding_type", "\"learned\"", "positional" },
        { "down_block_types", "[\"AttnSkipDownBlock2D\", \"DownBlock2D\"]", "AttnSkipDownBlock2D" },
        { "down_block_types", "[\"DownBlock2D\"]", "one for each" },
        { "down_block_types", "[\"DownBlock2D\", null]", "null" },
        { "down_block_types", "null", "wrong kind" },
        { "up_block_types", "[\"SkipUpBlock2D\", \"UpBlock2D\"]", "SkipUpBlock2D" },
        { "up_block_types", "[\"DownBlock2D\", \"UpBlock2D\"]", "DownBlock2D" },
        { "up_block_types", "[\"UpBlock2D\", \"UpBlock2D\", \"UpBlock2D\"]", "one for each" },
        { "mid_block_type", "\"UNetMidBlock2DCrossAttn\"", "UNetMidBlock2D" },
        { "downsample_type", "\"fir\"", "resnet" },
        { "upsample_type", "null", "wrong kind" },
        { "act_fn", "\"mish\"", "silu" },
        { "resnet_time_scale_shift", "\"ada_group\"", "scale_shift" },
        { "class_embed_type", "\"timestep\"", "null" },
        { "class_embed_type", "\"identity\"", "null" },
        { "num_class_embeds", "0", "positive" },
        { "in_channels", "0", "1 to" },
        { "in_channels", "1.5", "wrong kind" },
        { "in_channels", "1e99", "wrong kind" },
        { "out_channels", "6", "in_channels (3)" },
        { "block_out_channels", "[]", "1 to 16" },
        { "block_out_channels", "[16, 36]", "norm_num_groups (8)" },
        { "block_out_channels", "[16, -32]", "norm_num_groups (8)" },
        { "block_out_channels", "[16, 1000000000]", "up to" },
        { "block_out_channels", "16", "wrong kind" },
        { "layers_per_block", "0", "1 to 64" },
        { "layers_per_block", "[2, 2]", "wrong kind" },
        { "norm_num_groups", "0", "positive" },
        { "norm_num_groups", "null", "wrong kind" },
        { "attn_norm_num_groups", "5", "divisor" },
        { "attention_head_dim", "0", "positive" },
        { "attention_head_dim", "33", "at most" },
        { "attention_head_dim", "\"eight\"", "wrong kind" },
        { "norm_eps", "0", "positive" },
        { "norm_eps", "\"small\"", "wrong kind" },
        { "mid_block_scale_factor", "0", "positive" },
        { "downsample_padding", "2", "0 or 1" },
        { "time_embedding_dim", "-1", "1 to" },
        { "freq_shift", "8", "below half" },
        { "flip_sin_to_cos", "1", "wrong kind" },
        { "sample_size", "15", "multiples of 2" },
        { "sample_size", "0", "multiples of 2" },
        { "sample_size", "[16, 15]", "multiples of 2" },
        { "sample_size", "[16]", "wrong kind" },
        { "sample_size", "[16, \"16\"]", "wrong kind" },
        { "sample_size", "16.5", "wrong kind" },
        { "sample_size", "\"large\"", "wrong kind" },
        { "sample_size", "{}", "wrong kind" },
        { "cross_attention_dim", "768", "not known" },
        { "time_embed_dim", "64", "not known" },
        { "NormEps", "1e-5", "not known" },
    };

    public static TheoryData<string> Ruins =>
        ["", "null", "[]", "7", "{", "not json", "{\"in_channels\":3,\"in_channels\":3}", "{\"_class_name\":7}"];

    [Fact]
    public void What_a_file_does_not_say_is_as_in_diffusers()
    {
        var config = UNetConfig.Read("{}");

        Assert.Equal((null, 3, 3, false), (config.SampleSize, config.InChannels, config.OutChannels, config.CenterInputSample));
        Assert.Equal(("positional", 0.0, true, 896), (config.TimeEmbeddingType, config.FreqShift, config.FlipSinToCos, config.TimeEmbedDim));
        Assert.Equal([224, 448, 672, 896], config.BlockOutChannels);
        Assert.Equal(["DownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D"], config.DownBlockTypes);
        Assert.Equal(["AttnUpBlock2D", "AttnUpBlock2D", "AttnUpBlock2D", "UpBlock2D"], config.UpBlockTypes);
        Assert.Equal(("UNetMidBlock2D", 1.0, true), (config.MidBlockType, config.MidBlockScaleFactor, config.AddAttention));
        Assert.Equal((2, 1, "conv", "conv"), (config.LayersPerBlock, config.DownsamplePadding, config.DownsampleType, config.UpsampleType));
        Assert.Equal((8, 32, null, 1e-5), (config.AttentionHeadDim, config.NormNumGroups, config.AttnNormNumGroups, config.NormEps));
        Assert.Equal(("silu", "default", null, null), (config.ActFn, config.ResnetTimeScaleShift, config.ClassEmbedType, config.NumClassEmbeds));
        Assert.False(config.ScaleShift);
    }

    [Fact]
    public void A_sample_may_be_square_or_not()
    {
        Assert.Equal(new SampleSize(16, 16), Read("sample_size", "16").SampleSize);
        Assert.Equal(new SampleSize(16, 8), Read("sample_size", "[16, 8]").SampleSize);
        Assert.Null(Read("sample_size", "null").SampleSize);
    }

    [Fact]
    public void A_head_may_be_wider_than_blocks_without_attention() =>
        Assert.Equal(32, Read("attention_head_dim", "32").AttentionHeadDim);

    [Fact]
    public void Entries_of_diffusers_own_are_passed_over()
    {
        Assert.Equal(3, Read("_name_or_path", "\"google/ddpm\"").InChannels);
        Assert.Equal(3, Read("_diffusers_version", "\"99.0\"").InChannels);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_cannot_be_built_is_refused_by_the_options_name(string option, string value, string reason)
    {
        var message = Assert.Throws<ModelFormatException>(() => Read(option, value)).Message;

        Assert.StartsWith(reason == "not known" ? $"option {option} is" : option, message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        Assert.InRange(message.Length, 10, 200);
    }

    [Theory]
    [MemberData(nameof(Ruins))]
    public void What_is_no_configuration_is_refused(string json)
    {
        var message = Assert.Throws<ModelFormatException>(() => UNetConfig.Read(json)).Message;

        Assert.Contains("JSON object", message, StringComparison.Ordinal);
    }

    // The small network with attention in its lowest block, and an option set.
    private static UNetConfig Read(string option, string value)
    {
        var path = Path.Combine(Fixture.PathTo(Fixture.WithAttention), "unet", "config.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        config[option] = JsonNode.Parse(value);
        return UNetConfig.Read(config.ToJsonString());
    }
}
