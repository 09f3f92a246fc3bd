using OrleansDiffusion.Models.UNets;

namespace OrleansDiffusion.Models.Tests.UNets;

/// <summary>
/// Names and shapes of the parameters that diffusers' UNet2DModel registers for a configuration, walked through in the
/// order in which its modules are made.
/// </summary>
internal sealed class DiffusersParameters
{
    private readonly UNetConfig _config;
    private readonly Dictionary<string, long[]> _shapes = [];

    private DiffusersParameters(UNetConfig config) => _config = config;

    private bool ScalesAndShifts => _config.ResnetTimeScaleShift == "scale_shift";

    private long TimeWidth => _config.TimeEmbeddingDim ?? (_config.BlockOutChannels[0] * 4);

    public static IReadOnlyDictionary<string, long[]> Of(UNetConfig config)
    {
        var made = new DiffusersParameters(config);
        made.AddAll();
        return made._shapes;
    }

    private void AddAll()
    {
        var first = _config.BlockOutChannels[0];
        var lowest = _config.BlockOutChannels[^1];
        Convolution("conv_in", _config.InChannels, first);
        Linear("time_embedding.linear_1", first, TimeWidth);
        Linear("time_embedding.linear_2", TimeWidth, TimeWidth);
        if (_config.NumClassEmbeds is { } classes)
            _shapes.Add("class_embedding.weight", [classes, TimeWidth]);
        Down();
        if (_config.MidBlockType is not null)
            Mid(lowest);
        Up();
        Norm("conv_norm_out", first);
        Convolution("conv_out", first, _config.OutChannels);
    }

    private void Down()
    {
        long output = _config.BlockOutChannels[0];
        for (var block = 0; block < _config.BlockOutChannels.Count; block++)
        {
            var (input, name) = (output, $"down_blocks.{block}");
            output = _config.BlockOutChannels[block];
            var attends = _config.DownBlockTypes[block] == "AttnDownBlock2D";
            for (var layer = 0; layer < _config.LayersPerBlock; layer++)
            {
                Resnet($"{name}.resnets.{layer}", layer == 0 ? input : output, output);
                if (attends)
                    Attention($"{name}.attentions.{layer}", output, hasNorm: true);
            }

            // The plain block is never told the downsample_type.
            if (block + 1 < _config.BlockOutChannels.Count)
                Resampler($"{name}.downsamplers.0", output, attends && _config.DownsampleType == "resnet");
        }
    }

    private void Mid(long channels)
    {
        Resnet("mid_block.resnets.0", channels, channels);
        if (_config.AddAttention)
            Attention("mid_block.attentions.0", channels, hasNorm: _config.AttnNormNumGroups is not null || !ScalesAndShifts);
        Resnet("mid_block.resnets.1", channels, channels);
    }

    private void Up()
    {
        var reversed = _config.BlockOutChannels.Reverse().Select(channels => (long)channels).ToArray();
        var output = reversed[0];
        for (var block = 0; block < reversed.Length; block++)
        {
            var (previous, name) = (output, $"up_blocks.{block}");
            output = reversed[block];
            var input = reversed[Math.Min(block + 1, reversed.Length - 1)];
            var attends = _config.UpBlockTypes[block] == "AttnUpBlock2D";
            for (var layer = 0; layer <= _config.LayersPerBlock; layer++)
            {
                var skip = layer == _config.LayersPerBlock ? input : output;
                Resnet($"{name}.resnets.{layer}", (layer == 0 ? previous : output) + skip, output);
                if (attends)
                    Attention($"{name}.attentions.{layer}", output, hasNorm: true);
            }

            if (block + 1 < reversed.Length)
                Resampler($"{name}.upsamplers.0", output, attends && _config.UpsampleType == "resnet");
        }
    }

    private void Resampler(string name, long channels, bool isResnet)
    {
        if (isResnet)
            Resnet(name, channels, channels);
        else
            Convolution($"{name}.conv", channels, channels);
    }

    private void Resnet(string name, long input, long output)
    {
        Norm($"{name}.norm1", input);
        Convolution($"{name}.conv1", input, output);
        Linear($"{name}.time_emb_proj", TimeWidth, ScalesAndShifts ? 2 * output : output);
        Norm($"{name}.norm2", output);
        Convolution($"{name}.conv2", output, output);
        if (input != output)
            Convolution($"{name}.conv_shortcut", input, output, kernel: 1);
    }

    private void Attention(string name, long channels, bool hasNorm)
    {
        var head = _config.AttentionHeadDim ?? channels;
        var width = channels / head * head;
        if (hasNorm)
            Norm($"{name}.group_norm", channels);
        Linear($"{name}.to_q", channels, width);
        Linear($"{name}.to_k", channels, width);
        Linear($"{name}.to_v", channels, width);
        Linear($"{name}.to_out.0", width, channels);
    }

    private void Convolution(string name, long input, long output, long kernel = 3) =>
        WeightAndBias(name, [output, input, kernel, kernel]);

    private void Linear(string name, long input, long output) => WeightAndBias(name, [output, input]);

    private void Norm(string name, long channels) => WeightAndBias(name, [channels]);

    private void WeightAndBias(string name, long[] weight)
    {
        _shapes.Add($"{name}.weight", weight);
        _shapes.Add($"{name}.bias", [weight[0]]);
    }
}
