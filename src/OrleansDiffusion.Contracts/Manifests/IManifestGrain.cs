using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Contracts.Manifests;

/// <summary>
/// A manifest, by its id: many requests, a line each, that are run as jobs of many lines. It is handed over part by part.
/// Everything may be said twice.
/// </summary>
[Alias("odiff.IManifestGrain")]
public interface IManifestGrain : IGrainWithStringKey
{
    /// <summary>Lines of a part; the last one may have fewer.</summary>
    const int LinesOfPart = 256;

    /// <summary>Most bytes of a line; one that is longer is cut off there, and fails.</summary>
    const int LongestLine = 16 << 10;

    /// <summary>Begins to hand it over.</summary>
    /// <returns>Why it is refused; null if it is accepted.</returns>
    [Alias("Begin")]
    Task<Refusal?> Begin(ManifestTerms terms);

    /// <summary>Hands a part over.</summary>
    /// <param name="part">Which, from 0.</param>
    /// <param name="lines">Lines that end in a line feed, up to <see cref="LinesOfPart"/>.</param>
    /// <returns>Why it is refused; null if it is accepted.</returns>
    [Alias("Append")]
    Task<Refusal?> Append(int part, byte[] lines);

    /// <summary>
    /// All is handed over: it is run. One that has run before is run again where lines have failed, or it was cancelled; lines that
    /// are done are not.
    /// </summary>
    /// <param name="parts">How many parts there are.</param>
    /// <param name="lines">How many lines that ask for something.</param>
    /// <returns>Why it is refused; null if it is accepted.</returns>
    [Alias("Complete")]
    Task<Refusal?> Complete(int parts, long lines);

    /// <summary>Where it stands.</summary>
    [Alias("Status")]
    Task<ManifestStatus> Status();

    /// <summary>What became of a part's lines, as lines of JSON; null if that is not known yet.</summary>
    [Alias("Results")]
    Task<byte[]?> Results(int part);

    /// <summary>Ends it, unless it has come to its end.</summary>
    [Alias("Cancel"), ResponseTimeout(Timeouts.OfModels)]
    Task Cancel();
}
