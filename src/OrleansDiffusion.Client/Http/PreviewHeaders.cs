using System.Globalization;
using System.Net.Http.Headers;

namespace OrleansDiffusion.Client.Http;

/// <summary>What the headers of an array of previews say of them.</summary>
internal static class PreviewHeaders
{
    /// <summary>The index in the job of the first sample.</summary>
    public const string First = "Odiff-First-Sample";

    /// <summary>For each sample the share of steps that it is done with, 0 to 1, separated by commas.</summary>
    public const string Done = "Odiff-Done";

    /// <summary>Reads them.</summary>
    /// <exception cref="FormatException">They say something else.</exception>
    public static (int First, double[] Done) Read(HttpResponseHeaders headers) => (
        int.Parse(Only(headers, First), NumberStyles.None, CultureInfo.InvariantCulture),
        [.. Only(headers, Done).Split(',').Select(share => double.Parse(share, NumberStyles.Float, CultureInfo.InvariantCulture))]);

    /// <summary>The shares as they are written.</summary>
    public static string Write(IEnumerable<double> done) =>
        string.Join(',', done.Select(share => share.ToString("R", CultureInfo.InvariantCulture)));

    private static string Only(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) ? string.Join(',', values) : throw new FormatException($"the header {name} is missing");
}
