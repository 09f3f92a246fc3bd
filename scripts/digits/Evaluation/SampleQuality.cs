using System.Text;

namespace OrleansDiffusion.Digits.Evaluation;

/// <summary>How good samples are.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Count">How many samples.</param>
/// <param name="Accuracy">Share recognised as their label.</param>
/// <param name="ByDigit">The same for every digit.</param>
/// <param name="ToHeldOut">Fréchet distance to the held-out digits.</param>
/// <param name="ToTraining">Fréchet distance to the training digits.</param>
internal sealed record SampleQuality(
    string Name, int Count, double Accuracy, IReadOnlyDictionary<long, double> ByDigit, double ToHeldOut, double ToTraining)
{
    /// <summary>The distances of these samples over those of others.</summary>
    public string Over(SampleQuality other) =>
        $"{ToHeldOut / other.ToHeldOut:f4} to held-out digits, {ToTraining / other.ToTraining:f4} to training digits";

    /// <inheritdoc/>
    public override string ToString() => new StringBuilder()
        .AppendLine($"{Name}: {Count} images")
        .AppendLine($"  recognised as their label: {Accuracy:p2}")
        .AppendLine($"    {string.Join("  ", ByDigit.OrderBy(d => d.Key).Select(d => $"{d.Key}: {d.Value:p1}"))}")
        .Append($"  Frechet distance: {ToHeldOut:f4} to held-out digits, {ToTraining:f4} to training digits")
        .ToString();
}
