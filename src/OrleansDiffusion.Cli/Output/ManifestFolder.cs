using System.Runtime.InteropServices;
using System.Text.Json;
using OrleansDiffusion.Client;
using OrleansDiffusion.Client.Http;
using OrleansDiffusion.Client.Manifests;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Contracts.Manifests;
using OrleansDiffusion.Output;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Cli.Output;

/// <summary>
/// A folder of what became of a manifest: <c>results.jsonl</c>, and the samples of each line that is done as <c>LINE.npy</c>, one in
/// memory at a time.
/// </summary>
internal sealed class ManifestFolder
{
    private const string Results = "results.jsonl";

    private readonly string _path;

    /// <param name="path">The folder.</param>
    /// <exception cref="InvalidOptionException">It is none, or nothing can be written there.</exception>
    public ManifestFolder(string path)
    {
        if (Path.GetExtension(path).Length > 0 && !Directory.Exists(path))
            throw new InvalidOptionException("out", $"must be a folder for a manifest, was {path}");
        _path = path;
        WritableFile.Check("out", Path.Combine(path, Results));
    }

    /// <summary>Writes all of it.</summary>
    public async Task Write(string manifestId, IManifestClient manifests, ISamplingClient jobs, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_path);
        await using var samples = new SampleReader(jobs);
        await using var results = new StreamWriter(Path.Combine(_path, Results));
        await foreach (var result in manifests.ManifestResultsAsync(manifestId, cancellationToken))
        {
            if (result.State == JobState.Succeeded)
                await WriteSamples(result, samples, cancellationToken);
            await results.WriteLineAsync(JsonSerializer.Serialize(result, SamplingJson.Options));
        }
    }

    private async Task WriteSamples(LineResult result, SampleReader samples, CancellationToken cancellationToken)
    {
        await using var file = File.Create(Path.Combine(_path, $"{result.Line}.npy"));
        for (var i = 0; i < result.Count; i++)
        {
            var sample = await samples.Next(result.Job!, result.First + i, cancellationToken);
            if (i == 0)
                await file.WriteAsync(NpyFile.Header([result.Count, .. sample.Shape]), cancellationToken);
            await file.WriteAsync(MemoryMarshal.AsBytes(sample.Values.Span).ToArray(), cancellationToken);
        }
    }

    // Lines that follow one another are mostly of one job, and read in one go.
    private sealed class SampleReader(ISamplingClient jobs) : IAsyncDisposable
    {
        private IAsyncEnumerator<Sample>? _samples;
        private (string Job, int Index) _next;

        public async Task<Sample> Next(string job, int index, CancellationToken cancellationToken)
        {
            if (_samples is null || _next != (job, index))
            {
                await DisposeAsync();
                _samples = jobs.SamplesAsync(job, index, cancellationToken).GetAsyncEnumerator(cancellationToken);
            }

            if (!await _samples.MoveNextAsync())
                throw new SamplingClientException($"sample {index} of job {job} is not kept any more");
            _next = (job, index + 1);
            return _samples.Current;
        }

        public async ValueTask DisposeAsync()
        {
            if (_samples is not null)
                await _samples.DisposeAsync();
        }
    }
}
