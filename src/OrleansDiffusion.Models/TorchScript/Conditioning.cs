using OrleansDiffusion.Models.Networks;

namespace OrleansDiffusion.Models.TorchScript;

/// <summary>The classes that a module's forward takes labels of.</summary>
internal sealed record Conditioning
{
    /// <summary>How many labels there are to ask for: 0 to this, exclusive.</summary>
    public int Labels { get; init; }

    /// <summary>The label that stands for no class, which guidance needs; null if the module knows none.</summary>
    public int? NullLabel { get; init; }

    /// <summary>Throws unless the numbers can be used.</summary>
    /// <exception cref="ModelFormatException">Names the entry.</exception>
    public void Validate()
    {
        DiffusersConfig.Require(Labels > 0, "conditioning.labels", "positive");
        DiffusersConfig.Require(NullLabel is null or >= 0, "conditioning.null_label", "0 or more");
    }
}
