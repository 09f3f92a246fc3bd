using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Nodes.Planning;
using OrleansDiffusion.Sampling.Picard;

namespace OrleansDiffusion.Nodes.Slices;

/// <summary>
/// Sets the first iterate of samples that are new in blocks. A rolled start runs through all nodes of a block, and from
/// one block into the next where a sample starts in several; it is affine, too, so nodes learn what enters them from the
/// maps of those before, as in a sweep, but before the model is asked.
/// </summary>
internal sealed class StartPhase
{
    private readonly JobSetup _setup;
    private readonly int _samples;

    // By block and sample: where the roll begins, or null where it comes in from the block before.
    private readonly SortedDictionary<int, Dictionary<int, byte[]?>> _starts = [];

    // By block and sample: what is held constant on the roll, the D and local variance of where it began.
    private readonly Dictionary<(int Block, int Sample), byte[]> _held = [];

    /// <param name="setup">The job.</param>
    /// <param name="samples">Samples of the batch.</param>
    /// <param name="entries">The samples that start, in timeline order.</param>
    public StartPhase(JobSetup setup, int samples, IEnumerable<BlockEntry> entries)
    {
        (_setup, _samples) = (setup, samples);
        foreach (var entry in entries.OrderBy(entry => entry.Block))
        {
            if (!_starts.TryGetValue(entry.Block, out var starts))
                _starts.Add(entry.Block, starts = []);
            var comesIn = entry.Source == EntrySource.BlockBefore;
            starts.Add(entry.Sample, comesIn ? null : entry.State!);
            _held.Add(
                (entry.Block, entry.Sample), comesIn ? _held[(entry.Block - 1, entry.Sample)] : entry.State!);
        }
    }

    /// <summary>The blocks that samples start in.</summary>
    public IEnumerable<int> Blocks => _starts.Keys;

    /// <summary>Whether a roll passes from node to node at all.</summary>
    /// <param name="nodes">How many nodes a block has.</param>
    public bool NeedsMaps(Func<int, int> nodes) =>
        _setup.Picard.Start == FirstIterate.Rolled
        && _starts.Any(block => nodes(block.Key) > 1 || block.Value.ContainsValue(null));

    /// <summary>For every sample, whether it starts in a block.</summary>
    public bool[] StartsIn(int block)
    {
        var starts = new bool[_samples];
        foreach (var sample in _starts[block].Keys)
            starts[sample] = true;
        return starts;
    }

    /// <summary>What a node's roll holds constant.</summary>
    public NodeEntry[] Held(int block) =>
        [.. _starts[block].Keys.Order().Select(sample => new NodeEntry(sample, _held[(block, sample)]))];

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

    /// <summary>What a node starts from: what the passage brings, and what is held constant.</summary>
    public NodeEntry[] Entries(Passage passage, int block) =>
    [
        .. passage.Entries(StartsIn(block)).Select(entry =>
        {
            var state = (byte[])_held[(block, entry.Sample)].Clone();
            entry.State.CopyTo(state, 0);
            return entry with { State = state };
        }),
    ];
}
