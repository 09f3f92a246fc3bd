namespace OrleansDiffusion.Sampling.Steps;

/// <summary>
/// One row of a step's affine map: <c>X x + Y y + D·D(x) + Noise ξ + SecondNoise ξ'</c>, scalars that act on whole
/// samples.
/// </summary>
/// <param name="X">Weight of the sample.</param>
/// <param name="D">Weight of the denoised sample D(x).</param>
/// <param name="Noise">Weight of the step's noise.</param>
/// <param name="Y">Weight of the second state, for steps that have one.</param>
/// <param name="SecondNoise">Weight of a second, independent noise of the same step.</param>
public readonly record struct StepRow(double X, double D, double Noise = 0, double Y = 0, double SecondNoise = 0);
