namespace OrleansDiffusion.Digits.Data;

/// <summary>Seeds for the parts of a training.</summary>
internal static class Seeds
{
    /// <summary>A seed for one step, epoch or parameter: well mixed, and the same in every process.</summary>
    /// <param name="seed">Of the training.</param>
    /// <param name="part">Which step, epoch or parameter.</param>
    public static int Of(int seed, long part)
    {
        // The finaliser of SplitMix64.
        var mixed = (((ulong)seed << 32) + (ulong)part + 1) * 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return (int)(mixed >> 33);
    }
}
