using OrleansDiffusion.Models.UNets;

namespace OrleansDiffusion.Models.Tests.UNets;

/// <summary>Network configurations to test with.</summary>
internal static class Configs
{
    public static UNetConfig Small { get; } = new()
    {
        SampleSize = new SampleSize(8, 8),
        InChannels = 2,
        OutChannels = 2,
        BlockOutChannels = [8, 16],
        DownBlockTypes = ["DownBlock2D", "AttnDownBlock2D"],
        UpBlockTypes = ["AttnUpBlock2D", "UpBlock2D"],
        LayersPerBlock = 1,
        NormNumGroups = 4,
        AttentionHeadDim = 4,
    };

    private static UNetConfig Deep { get; } = Small with
    {
        BlockOutChannels = [8, 16, 12],
        DownBlockTypes = ["AttnDownBlock2D", "DownBlock2D", "AttnDownBlock2D"],
        UpBlockTypes = ["UpBlock2D", "AttnUpBlock2D", "AttnUpBlock2D"],
    };

    /// <summary>By name, one for everything that a configuration may say about the architecture.</summary>
    public static IReadOnlyDictionary<string, UNetConfig> All { get; } = new Dictionary<string, UNetConfig>
    {
        ["small"] = Small,
        ["one block"] = Small with
        {
            BlockOutChannels = [8], DownBlockTypes = ["DownBlock2D"], UpBlockTypes = ["AttnUpBlock2D"],
        },
        ["deep"] = Deep,
        ["layers"] = Deep with { LayersPerBlock = 3 },
        ["scale and shift"] = Deep with { ResnetTimeScaleShift = "scale_shift" },
        ["scale and shift, attention norm"] = Small with { ResnetTimeScaleShift = "scale_shift", AttnNormNumGroups = 2 },
        ["attention norm"] = Small with { AttnNormNumGroups = 8 },
        ["resnets downsample"] = Deep with { DownsampleType = "resnet" },
        ["resnets upsample"] = Deep with { UpsampleType = "resnet" },
        ["resnets resample, scale and shift"] = Deep with
        {
            DownsampleType = "resnet", UpsampleType = "resnet", ResnetTimeScaleShift = "scale_shift",
        },
        ["padding on one side"] = Deep with { DownsamplePadding = 0 },
        ["no attention in the middle"] = Small with { AddAttention = false },
        ["no middle"] = Small with { MidBlockType = null },
        ["scaled middle"] = Small with { MidBlockScaleFactor = 1.5 },
        ["centred input"] = Small with { CenterInputSample = true },
        ["one head"] = Deep with { AttentionHeadDim = null },
        ["heads that do not fill the channels"] = Small with { AttentionHeadDim = 5 },
        ["heads wider than blocks without attention"] = Small with { AttentionHeadDim = 16 },
        ["time embedding of its own width"] = Small with { TimeEmbeddingDim = 20 },
        ["odd time embedding"] = Small with { BlockOutChannels = [9, 18], NormNumGroups = 3, AttentionHeadDim = 9 },
        ["sines first, shifted"] = Small with { FlipSinToCos = false, FreqShift = 1 },
        ["classes"] = Small with { NumClassEmbeds = 5 },
        ["not square"] = Small with { SampleSize = new SampleSize(4, 8) },
    };

    /// <summary>The <c>config.json</c> of google/ddpm-cifar10-32.</summary>
    public const string Cifar10 =
        """
        {
          "_class_name": "UNet2DModel",
          "_diffusers_version": "0.0.4",
          "act_fn": "silu",
          "attention_head_dim": null,
          "block_out_channels": [128, 256, 256, 256],
          "center_input_sample": false,
          "down_block_types": ["DownBlock2D", "AttnDownBlock2D", "DownBlock2D", "DownBlock2D"],
          "downsample_padding": 0,
          "flip_sin_to_cos": false,
          "freq_shift": 1,
          "in_channels": 3,
          "layers_per_block": 2,
          "mid_block_scale_factor": 1,
          "norm_eps": 1e-06,
          "norm_num_groups": 32,
          "out_channels": 3,
          "sample_size": 32,
          "time_embedding_type": "positional",
          "up_block_types": ["UpBlock2D", "UpBlock2D", "AttnUpBlock2D", "UpBlock2D"]
        }
        """;

    /// <summary>The <c>config.json</c> of google/ddpm-celebahq-256.</summary>
    public const string CelebaHq =
        """
        {
          "_class_name": "UNet2DModel",
          "_diffusers_version": "0.1.1",
          "act_fn": "silu",
          "attention_head_dim": null,
          "block_out_channels": [128, 128, 256, 256, 512, 512],
          "center_input_sample": false,
          "down_block_types":
            ["DownBlock2D", "DownBlock2D", "DownBlock2D", "DownBlock2D", "AttnDownBlock2D", "DownBlock2D"],
          "downsample_padding": 0,
          "flip_sin_to_cos": false,
          "freq_shift": 1,
          "in_channels": 3,
          "layers_per_block": 2,
          "mid_block_scale_factor": 1,
          "norm_eps": 1e-06,
          "norm_num_groups": 32,
          "out_channels": 3,
          "sample_size": 256,
          "time_embedding_type": "positional",
          "up_block_types": ["UpBlock2D", "AttnUpBlock2D", "UpBlock2D", "UpBlock2D", "UpBlock2D", "UpBlock2D"]
        }
        """;
}
