using System.Text.RegularExpressions;
using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Grid.Manifests;

/// <summary>The jobs that a manifest's parts are drawn by; they are not listed beside it.</summary>
internal static partial class PartJobs
{
    // Of one job; more make another one, whose record and samples stay small.
    private const long MostSamples = 4096;

    /// <summary>Whether an id is that of such a job.</summary>
    public static bool IsOne(string jobId) => Pattern().IsMatch(jobId);

    /// <summary>The id of one.</summary>
    /// <param name="manifestId">The manifest.</param>
    /// <param name="part">The part, from 0.</param>
    /// <param name="run">The run of the manifest, from 1.</param>
    /// <param name="job">Which of the part's, from 0.</param>
    public static string IdOf(string manifestId, int part, int run, int job) => $"{manifestId}.part-{part}.{run}-{job}";

    /// <summary>Lines that are drawn by one job each: alike, in their order, and not too many samples.</summary>
    public static IEnumerable<IReadOnlyList<ManifestLine>> Of(IEnumerable<ManifestLine> lines)
    {
        foreach (var alike in lines.GroupBy(line => line.Alike!, ReferenceEqualityComparer.Instance))
        {
            var together = new List<ManifestLine>();
            var samples = 0L;
            foreach (var line in alike)
            {
                if (together.Count > 0 && samples + line.Item!.Count > MostSamples)
                {
                    yield return together;
                    (together, samples) = ([], 0);
                }

                together.Add(line);
                samples += line.Item!.Count;
            }

            yield return together;
        }
    }

    /// <summary>The request of lines that are drawn together.</summary>
    public static SamplingRequest RequestOf(IReadOnlyList<ManifestLine> lines) => lines[0].Alike! with
    {
        Count = lines.Sum(line => line.Item!.Count), Items = [.. lines.Select(line => line.Item!)],
    };

    [GeneratedRegex(@"\.part-\d+\.\d+-\d+$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern();
}
