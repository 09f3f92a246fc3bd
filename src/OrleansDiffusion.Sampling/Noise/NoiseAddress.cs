using System.Runtime.InteropServices;

namespace OrleansDiffusion.Sampling.Noise;

/// <summary>Which noise of a sample is meant: the two counter words that neither count elements nor samples.</summary>
/// <param name="Stream">What the noise is for.</param>
/// <param name="Step">The step, or the block, or both, as the stream says.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct NoiseAddress(NoiseStream Stream, uint Step)
{
    /// <summary>The initial state x_T.</summary>
    public static NoiseAddress Initial => new(NoiseStream.Initial, 0);

    /// <summary>The noise of step <paramref name="step"/>, counted through the whole run.</summary>
    public static NoiseAddress ForStep(int step) => new(NoiseStream.Step, checked((uint)step));

    /// <summary>The corrector's initial velocity after block <paramref name="block"/>.</summary>
    public static NoiseAddress CorrectorVelocity(int block) =>
        new(NoiseStream.CorrectorVelocity, checked((uint)block));

    /// <summary>The noise of a corrector step after a block: word 1 is block · 65536 + step.</summary>
    public static NoiseAddress CorrectorStep(int block, int step) =>
        new(NoiseStream.CorrectorStep, ((uint)checked((ushort)block) << 16) | checked((ushort)step));
}
