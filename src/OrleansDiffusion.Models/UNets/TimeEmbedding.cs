using static TorchSharp.torch;

namespace OrleansDiffusion.Models.UNets;

/// <summary>
/// Embedding of a timestep: sines and cosines at geometric frequencies (Ho et al. 2020, after Vaswani et al. 2017), in
/// float32 as diffusers computes them, then two linear layers.
/// </summary>
internal sealed class TimeEmbedding
{
    private const double LongestPeriod = 10000;

    private readonly float[] _frequencies;
    private readonly Linear _first;
    private readonly Linear _second;
    private readonly bool _cosinesFirst;
    private readonly bool _isOdd;

    public TimeEmbedding(Parameters parameters, UNetConfig config)
    {
        var width = config.BlockOutChannels[0];
        var half = width / 2;
        _frequencies = [.. Enumerable.Range(0, half)
            .Select(i => MathF.Exp((float)-Math.Log(LongestPeriod) * i / (float)(half - config.FreqShift)))];
        _first = new Linear(parameters.In("linear_1"), width, config.TimeEmbedDim);
        _second = new Linear(parameters.In("linear_2"), config.TimeEmbedDim, config.TimeEmbedDim);
        _cosinesFirst = config.FlipSinToCos;
        _isOdd = width % 2 == 1;
    }

    /// <summary>[n, <see cref="UNetConfig.TimeEmbedDim"/>].</summary>
    /// <param name="times">Timesteps, whole or not, [n], float32.</param>
    public Tensor Forward(Tensor times)
    {
        using var scope = NewDisposeScope();
        var phases = times.unsqueeze(1) * tensor(_frequencies).to(times.device);
        var (sines, cosines) = (phases.sin(), phases.cos());
        var waves = _cosinesFirst ? cat([cosines, sines], 1) : cat([sines, cosines], 1);
        if (_isOdd)
            waves = nn.functional.pad(waves, (0, 1));
        return _second.Forward(nn.functional.silu(_first.Forward(waves))).MoveToOuterDisposeScope();
    }
}
