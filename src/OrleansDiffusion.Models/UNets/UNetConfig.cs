using System.Text.Json.Serialization;
using OrleansDiffusion.Models.Networks;

namespace OrleansDiffusion.Models.UNets;

/// <summary>
/// A diffusers <c>UNet2DModel</c>'s <c>config.json</c>. Defaults are those of diffusers; what it may say and this
/// library cannot do is refused by name.
/// </summary>
public sealed record UNetConfig
{
    /// <summary>Height and width of a sample; null if the file does not say.</summary>
    public SampleSize? SampleSize { get; init; }

    /// <summary>Channels of a sample, 1 or more.</summary>
    public int InChannels { get; init; } = 3;

    /// <summary>Channels of the prediction: those of a sample.</summary>
    public int OutChannels { get; init; } = 3;

    /// <summary>Whether the input is mapped from [0, 1] to [−1, 1] first.</summary>
    public bool CenterInputSample { get; init; }

    /// <summary><c>positional</c>: sines and cosines of the timestep.</summary>
    public string TimeEmbeddingType { get; init; } = "positional";

    /// <summary>Width of the time embedding; null for four times the first block's channels.</summary>
    public int? TimeEmbeddingDim { get; init; }

    /// <summary>δ in the frequencies 10000^(−i/(half − δ)) of the time embedding.</summary>
    public double FreqShift { get; init; }

    /// <summary>Whether the cosines come before the sines.</summary>
    public bool FlipSinToCos { get; init; } = true;

    /// <summary><c>DownBlock2D</c> or <c>AttnDownBlock2D</c>, from full to lowest resolution.</summary>
    public IReadOnlyList<string> DownBlockTypes { get; init; } =
        ["DownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D"];

    /// <summary><c>UNetMidBlock2D</c>, or null for none.</summary>
    public string? MidBlockType { get; init; } = "UNetMidBlock2D";

    /// <summary><c>UpBlock2D</c> or <c>AttnUpBlock2D</c>, from lowest to full resolution.</summary>
    public IReadOnlyList<string> UpBlockTypes { get; init; } =
        ["AttnUpBlock2D", "AttnUpBlock2D", "AttnUpBlock2D", "UpBlock2D"];

    /// <summary>Channels of each block, from full to lowest resolution.</summary>
    public IReadOnlyList<int> BlockOutChannels { get; init; } = [224, 448, 672, 896];

    /// <summary>Residual blocks of a down block; up blocks have one more.</summary>
    public int LayersPerBlock { get; init; } = 2;

    /// <summary>What the mid block's outputs are divided by.</summary>
    public double MidBlockScaleFactor { get; init; } = 1;

    /// <summary>Padding of the downsampling convolutions: 1, or 0 for padding on the right and below only.</summary>
    public int DownsamplePadding { get; init; } = 1;

    /// <summary><c>conv</c> or <c>resnet</c>; blocks without attention have <c>conv</c> in any case.</summary>
    public string DownsampleType { get; init; } = "conv";

    /// <summary><c>conv</c> or <c>resnet</c>; blocks without attention have <c>conv</c> in any case.</summary>
    public string UpsampleType { get; init; } = "conv";

    /// <summary>Dropout of the training; sampling has none.</summary>
    public double Dropout { get; init; }

    /// <summary><c>silu</c>, also called <c>swish</c>.</summary>
    public string ActFn { get; init; } = "silu";

    /// <summary>Channels of an attention head; null for one head.</summary>
    public int? AttentionHeadDim { get; init; } = 8;

    /// <summary>Groups of the group norms.</summary>
    public int NormNumGroups { get; init; } = 32;

    /// <summary>Groups of the mid block's attention norm; null for those of the others, none with <c>scale_shift</c>.</summary>
    public int? AttnNormNumGroups { get; init; }

    /// <summary>Epsilon of the group norms.</summary>
    public double NormEps { get; init; } = 1e-5;

    /// <summary><c>default</c> or <c>scale_shift</c>.</summary>
    public string ResnetTimeScaleShift { get; init; } = "default";

    /// <summary>Whether the mid block has attention.</summary>
    public bool AddAttention { get; init; } = true;

    /// <summary>Null: classes, if any, have a learnt embedding each.</summary>
    public string? ClassEmbedType { get; init; }

    /// <summary>Number of class embeddings; null for an unconditional network.</summary>
    public int? NumClassEmbeds { get; init; }

    /// <summary>Size of a learnt time embedding's table; without meaning for the positional one.</summary>
    public int? NumTrainTimesteps { get; init; }

    /// <summary>Width of the time embedding.</summary>
    [JsonIgnore]
    public int TimeEmbedDim => TimeEmbeddingDim ?? (4 * BlockOutChannels[0]);

    /// <summary>Whether time scales and shifts the residual blocks' second norm.</summary>
    [JsonIgnore]
    public bool ScaleShift => ResnetTimeScaleShift == "scale_shift";

    /// <summary>Reads and checks a <c>config.json</c>.</summary>
    /// <param name="json">Its text.</param>
    /// <exception cref="ModelFormatException">
    /// Not JSON, an option that is unknown, not supported or out of range, or another model than a UNet2DModel.
    /// </exception>
    public static UNetConfig Read(string json)
    {
        var config = DiffusersConfig.Read<UNetConfig>(json, "UNet2DModel");
        config.Validate();
        return config;
    }

    /// <summary>Throws if the configuration cannot be built.</summary>
    /// <exception cref="ModelFormatException">Names the option and what it may be.</exception>
    public void Validate()
    {
        DiffusersConfig.OneOf("time_embedding_type", TimeEmbeddingType, "positional");
        DiffusersConfig.OneOf("mid_block_type", MidBlockType, null, "UNetMidBlock2D");
        DiffusersConfig.OneOf("downsample_type", DownsampleType, "conv", "resnet");
        DiffusersConfig.OneOf("upsample_type", UpsampleType, "conv", "resnet");
        DiffusersConfig.OneOf("act_fn", ActFn, "silu", "swish");
        DiffusersConfig.OneOf("resnet_time_scale_shift", ResnetTimeScaleShift, "default", "scale_shift");
        DiffusersConfig.OneOf("class_embed_type", ClassEmbedType, (string?)null);
        DiffusersConfig.Require(BlockOutChannels.Count is > 0 and <= 16, "block_out_channels", "1 to 16 blocks");
        DiffusersConfig.Require(DownBlockTypes.Count == BlockOutChannels.Count, "down_block_types", "one for each of block_out_channels");
        DiffusersConfig.Require(UpBlockTypes.Count == BlockOutChannels.Count, "up_block_types", "one for each of block_out_channels");
        foreach (var type in DownBlockTypes)
            DiffusersConfig.OneOf("down_block_types", type, "DownBlock2D", "AttnDownBlock2D");
        foreach (var type in UpBlockTypes)
            DiffusersConfig.OneOf("up_block_types", type, "UpBlock2D", "AttnUpBlock2D");
        DiffusersConfig.Require(InChannels is > 0 and <= MostChannels, "in_channels", $"1 to {MostChannels}");
        DiffusersConfig.Require(OutChannels == InChannels, "out_channels", $"in_channels ({InChannels})");
        DiffusersConfig.Require(LayersPerBlock is > 0 and <= 64, "layers_per_block", "1 to 64");
        DiffusersConfig.Require(NormNumGroups > 0, "norm_num_groups", "positive");
        DiffusersConfig.Require(
            BlockOutChannels.All(c => c is > 0 and <= MostChannels && c % NormNumGroups == 0), "block_out_channels",
            $"multiples of norm_num_groups ({NormNumGroups}), up to {MostChannels}");
        DiffusersConfig.Require(
            AttnNormNumGroups is not { } groups || (groups > 0 && BlockOutChannels[^1] % groups == 0),
            "attn_norm_num_groups", "a divisor of the last of block_out_channels");
        DiffusersConfig.Require(
            AttentionHeadDim is not { } size || (size > 0 && AttendedChannels().All(channels => size <= channels)),
            "attention_head_dim", "positive and at most the channels of any block with attention");
        DiffusersConfig.Require(NormEps > 0, "norm_eps", "positive");
        DiffusersConfig.Require(MidBlockScaleFactor > 0, "mid_block_scale_factor", "positive");
        DiffusersConfig.Require(DownsamplePadding is 0 or 1, "downsample_padding", "0 or 1");
        DiffusersConfig.Require(TimeEmbeddingDim is null or (> 0 and <= MostChannels), "time_embedding_dim", $"1 to {MostChannels}");
        DiffusersConfig.Require(NumClassEmbeds is null or > 0, "num_class_embeds", "positive");
        DiffusersConfig.Require(BlockOutChannels[0] >= 4 && FreqShift < BlockOutChannels[0] / 2, "freq_shift",
            "below half of the first of block_out_channels");
        DiffusersConfig.Require(SampleSize is not { } sample || sample.IsMultipleOf(1 << (BlockOutChannels.Count - 1)), "sample_size",
            $"positive multiples of {1 << (BlockOutChannels.Count - 1)}, which its blocks halve to");
    }

    private IEnumerable<int> AttendedChannels() =>
    [
        .. BlockOutChannels.Where((_, i) => DownBlockTypes[i] == "AttnDownBlock2D"),
        .. MidBlockType is not null && AddAttention ? [BlockOutChannels[^1]] : Array.Empty<int>(),
        .. BlockOutChannels.Reverse().Where((_, i) => UpBlockTypes[i] == "AttnUpBlock2D"),
    ];

    private const int MostChannels = 1 << 16;
}
