using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Nodes.Planning;

namespace OrleansDiffusion.Nodes.Slices;

/// <summary>
/// The samples that are new in blocks, and where their first iterates begin. A rolled start runs through all nodes of a
/// block, and from one block into the next where a sample starts in several.
/// </summary>
internal sealed class StartPhase
{
    private readonly JobSetup _setup;
    private readonly int _samples;

    // By block and sample: where the roll begins, or null where it comes in from the block before.
    private readonly SortedDictionary<int, Dictionary<int, byte[]?>> _starts = [];

    /// <param name="setup">The job.</param>
    /// <param name="samples">Samples of the batch.</param>
    /// <param name="entries">The samples that start, in timeline order.</param>
    public StartPhase(JobSetup setup, int samples, IEnumerable<BlockEntry> entries)
    {
        (_setup, _samples) = (setup, samples);
        foreach (var entry in entries)
        {
            if (!_starts.TryGetValue(entry.Block, out var starts))
                _starts.Add(entry.Block, starts = []);
            starts.Add(entry.Sample, entry.Source == EntrySource.BlockBefore ? null : entry.State!);
        }
    }

    /// <summary>The blocks that samples start in, in timeline order.</summary>
    public IEnumerable<int> Blocks => _starts.Keys;

    /// <summary>For every sample, whether it starts in a block.</summary>
    public bool[] StartsIn(int block)
    {
        var starts = new bool[_samples];
        foreach (var sample in _starts[block].Keys)
            starts[sample] = true;
        return starts;
    }

    /// <summary>Whether a sample starts in both of two blocks: its roll goes through the one into the other.</summary>
    public bool IsStartedTogether(int block, int later) => _starts[block].Keys.Any(_starts[later].ContainsKey);

    /// <summary>Takes a passage into a block.</summary>
    public void Enter(Passage passage, int block)
    {
        foreach (var (sample, state) in _starts[block])
        {
            if (state is not null)
                passage.Begin(sample, state);
            passage.Enter(_setup.Timeline.Blocks[block], sample);
        }
    }
}
