using static TorchSharp.torch;

namespace OrleansDiffusion.Models.UNets;

/// <summary>
/// Self-attention over all pixels about a residual connection. Its parameters bear the present names (<c>to_q</c>,
/// <c>to_k</c>, <c>to_v</c>, <c>to_out.0</c>).
/// </summary>
internal sealed class AttentionBlock
{
    private readonly GroupNorm? _norm;
    private readonly Linear _query;
    private readonly Linear _key;
    private readonly Linear _value;
    private readonly Linear _out;
    private readonly long _heads;
    private readonly float _outputScale;

    public AttentionBlock(
        Parameters parameters, long channels, long? groups, UNetConfig config, double outputScale = 1)
    {
        // As diffusers has it: heads of the asked size, as many as fit in the channels.
        var headSize = config.AttentionHeadDim ?? channels;
        _heads = channels / headSize;
        var width = _heads * headSize;
        _norm = groups is { } count
            ? new GroupNorm(parameters.In("group_norm"), channels, count, config.NormEps)
            : null;
        _query = new Linear(parameters.In("to_q"), channels, width);
        _key = new Linear(parameters.In("to_k"), channels, width);
        _value = new Linear(parameters.In("to_v"), channels, width);
        _out = new Linear(parameters.In("to_out.0"), width, channels);
        _outputScale = (float)outputScale;
    }

    /// <summary>The block's output, of x's shape.</summary>
    /// <param name="x">[n, channels, h, w].</param>
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var pixels = (_norm?.Forward(x) ?? x).flatten(2).transpose(1, 2);
        var attended = nn.functional.scaled_dot_product_attention(
            Heads(_query.Forward(pixels)), Heads(_key.Forward(pixels)), Heads(_value.Forward(pixels)));
        var merged = _out.Forward(attended.transpose(1, 2).flatten(2));
        var sum = merged.transpose(1, 2).reshape(x.shape).add(x, Scalars.One);
        return (_outputScale == 1 ? sum : sum / tensor(_outputScale).to(sum.device)).MoveToOuterDisposeScope();
    }

    // [n, pixels, width] to [n, heads, pixels, head size]
    private Tensor Heads(Tensor projected) => projected.unflatten(2, _heads, -1).transpose(1, 2);
}
