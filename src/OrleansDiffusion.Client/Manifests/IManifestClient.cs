using OrleansDiffusion.Contracts.Manifests;

namespace OrleansDiffusion.Client.Manifests;

/// <summary>
/// Submits manifests of many requests, a JSON object a line, which are run as jobs of many lines, and reads what became of them. As
/// with <see cref="ISamplingClient"/> everything may be called again, and is tried again where a silo, a gateway or a connection was
/// lost.
/// </summary>
public interface IManifestClient
{
    /// <summary>
    /// Has a manifest run. The same again changes nothing, or goes on with one that was cancelled or has lines that failed; those
    /// that are done are not run again.
    /// </summary>
    /// <param name="manifestId">The caller's id of it: letters, digits, <c>.</c>, <c>-</c> and <c>_</c>.</param>
    /// <param name="terms">What holds for all lines.</param>
    /// <param name="open">
    /// Opens the lines, UTF-8; they are read once, or again where a gateway was lost, and never held all at once. A line has an
    /// <c>id</c>, if it is to have one, a <c>seed</c>, <c>label</c>, <c>guidance</c> and <c>count</c>, and any other field of a request
    /// that is not the defaults'.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="RequestRefusedException">Another manifest was submitted under this id, or the defaults cannot be used.</exception>
    Task<ManifestStatus> SubmitManifestAsync(
        string manifestId, ManifestTerms terms, Func<Stream> open, CancellationToken cancellationToken = default);

    /// <summary>Where a manifest stands; null if there is none.</summary>
    /// <param name="manifestId">The manifest.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<ManifestStatus?> FindManifestAsync(string manifestId, CancellationToken cancellationToken = default);

    /// <summary>Ends a manifest, unless it has come to its end.</summary>
    /// <param name="manifestId">The manifest.</param>
    /// <param name="cancellationToken">Ends the call; it may have been cancelled then.</param>
    /// <returns>Where it stands afterwards; null if there is none.</returns>
    Task<ManifestStatus?> CancelManifestAsync(string manifestId, CancellationToken cancellationToken = default);

    /// <summary>What has become of a manifest's lines so far, in their order.</summary>
    /// <param name="manifestId">The manifest; one that there is not has no lines.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    IAsyncEnumerable<LineResult> ManifestResultsAsync(string manifestId, CancellationToken cancellationToken = default);
}
