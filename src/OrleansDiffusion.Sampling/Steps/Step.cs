using OrleansDiffusion.Sampling.Noise;

namespace OrleansDiffusion.Sampling.Steps;

/// <summary>
/// One step of a solver: an affine map of the sample x, its denoised estimate D(x) and fresh noise. Steps with memory
/// carry a second state y of the sample's shape: the last D of a two-step method, the velocity of Langevin dynamics.
/// </summary>
/// <param name="At">The level at which D is evaluated.</param>
/// <param name="Sample">x' in terms of x, y, D and the noise.</param>
/// <param name="Second">y' likewise; unused by steps without memory.</param>
/// <param name="Noise">
/// Where this step's noise is drawn. The second noise of a step is the continuation of the first: elements d to
/// 2d − 1 of the address.
/// </param>
public readonly record struct Step(
    NoiseLevel At, StepRow Sample, StepRow Second = default, NoiseAddress Noise = default)
{
    /// <summary>Whether the step draws noise at all.</summary>
    public bool DrawsNoise => Sample.Noise != 0 || Second.Noise != 0 || Second.SecondNoise != 0;
}
