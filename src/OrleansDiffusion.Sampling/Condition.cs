namespace OrleansDiffusion.Sampling;

/// <summary>What a sample is asked to show; the default is nothing in particular.</summary>
public readonly record struct Condition
{
    // Null stands for 1, so that the default asks for nothing.
    private readonly double? _guidance;

    /// <summary>A sample of a class.</summary>
    /// <param name="label">The class, as the model numbers them.</param>
    /// <param name="guidance">
    /// The scale w of classifier-free guidance (Ho and Salimans, arXiv 2207.12598), as diffusers' guidance_scale:
    /// D = D_null + w (D_label − D_null). 1 is the class itself, more exaggerates it.
    /// </param>
    public Condition(int label, double guidance = 1)
    {
        Label = label;
        _guidance = guidance == 1 ? null : guidance;
    }

    /// <summary>Any sample of the model.</summary>
    public static Condition None => default;

    /// <summary>The class; null for any sample of the model.</summary>
    public int? Label { get; }

    /// <summary>The scale w; 1 where no guidance is asked for.</summary>
    public double Guidance => _guidance ?? 1;
}
