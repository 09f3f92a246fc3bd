using OrleansDiffusion.Digits.Data;

namespace OrleansDiffusion.Digits.Evaluation;

/// <summary>Measures samples against the digits.</summary>
internal sealed class Yardstick
{
    private readonly Classifier _classifier;
    private readonly Gaussian _heldOut;
    private readonly Gaussian _training;

    public Yardstick(Classifier classifier, DigitsData digits)
    {
        _classifier = classifier;
        _heldOut = Fit(digits.HeldOut);
        _training = Fit(digits.Training);
        HeldOut = Of("held-out digits themselves", digits.HeldOut);
    }

    /// <summary>What real digits come to: the best that samples can be expected to reach.</summary>
    public SampleQuality HeldOut { get; }

    /// <summary>Measures images.</summary>
    /// <param name="name">What they are.</param>
    /// <param name="images">The images with the labels that they should show.</param>
    public SampleQuality Of(string name, DigitImages images)
    {
        using var reading = _classifier.Read(images);
        using var law = Gaussian.Fit(reading.Features);
        var digits = images.Labels.ToArray().Distinct();
        return new SampleQuality(
            name,
            images.Count,
            reading.Accuracy(images.Labels, _ => true),
            digits.ToDictionary(digit => digit, digit => reading.Accuracy(images.Labels, label => label == digit)),
            FrechetDistance.Between(law, _heldOut),
            FrechetDistance.Between(law, _training));
    }

    private Gaussian Fit(DigitImages images)
    {
        using var reading = _classifier.Read(images);
        return Gaussian.Fit(reading.Features);
    }
}
