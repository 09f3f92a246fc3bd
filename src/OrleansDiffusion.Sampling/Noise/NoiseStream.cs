using System.Diagnostics.CodeAnalysis;

namespace OrleansDiffusion.Sampling.Noise;

/// <summary>What a noise value is for: the last word of the generator's counter.</summary>
/// <remarks>The numbers are part of the format: changing one changes every image made from a seed.</remarks>
[SuppressMessage("Naming", "CA1711", Justification = "A stream of random numbers, the usual word for it.")]
public enum NoiseStream : uint
{
    /// <summary>The initial state x_T; the step is 0.</summary>
    Initial = 0,

    /// <summary>The noise of step j, counted through the whole run from the noisiest step, j = 0.</summary>
    Step = 1,

    /// <summary>The corrector's initial velocity v_0 after block j.</summary>
    CorrectorVelocity = 2,

    /// <summary>The corrector's step noise; see <see cref="NoiseAddress.CorrectorStep"/>.</summary>
    CorrectorStep = 3,
}
