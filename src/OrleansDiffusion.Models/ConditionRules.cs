using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Models;

/// <summary>Which labels and guidance a job may ask of a model.</summary>
internal static class ConditionRules
{
    public static void Check(Model model, IReadOnlyList<int> labels, double? guidance)
    {
        Require(guidance is null or (>= 0 and < double.PositiveInfinity), "guidance",
            $"must be 0 or more and finite, was {guidance}");
        if (model.Labels is null)
        {
            Require(labels.Count == 0, "label", $"is not taken by {model.Name}, which knows no classes");
            Require(guidance is null, "guidance", $"is not taken by {model.Name}, which knows no classes");
            return;
        }

        CheckLabels(model.Name, model.Labels, labels);
        Require(guidance is null || labels.Count > 0, "guidance", "is taken together with label only");
        Require(guidance is null or 1 || model.Labels.Null is not null, "guidance",
            $"must be 1 for {model.Name}, which has no label for no class, was {guidance}");
    }

    private static void CheckLabels(string model, ClassLabels known, IReadOnlyList<int> labels)
    {
        var allowed = $"0 to {known.Count - 1}";
        Require(labels.Count > 0 || known.Null is not null, "label", $"is needed by {model}: {allowed}");
        foreach (var label in labels)
            Require(label >= 0 && label < known.Count, "label", $"must be {allowed} for {model}, was {label}");
    }

    private static void Require(bool condition, string option, string requirement)
    {
        if (!condition)
            throw new InvalidOptionException(option, requirement);
    }
}
