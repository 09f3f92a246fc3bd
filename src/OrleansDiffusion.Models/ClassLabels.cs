namespace OrleansDiffusion.Models;

/// <summary>The class labels that a model takes.</summary>
/// <param name="Count">How many there are to ask for: 0 to Count − 1.</param>
/// <param name="Null">
/// The label that stands for no class, which is what unconditional samples and guidance need; null if the model was
/// trained without one. The denoiser of a model that has one is a <see cref="GuidedDenoiser"/>.
/// </param>
public sealed record ClassLabels(int Count, int? Null = null);
