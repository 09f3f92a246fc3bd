using OrleansDiffusion.Contracts.Sweeps;

namespace OrleansDiffusion.Grid.Supervision;

/// <summary>
/// Where NaN or infinity came from: the model, if another silo returns it too, else the silo. Not safe for concurrent use.
/// </summary>
internal sealed class Doubts
{
    private readonly Dictionary<(int Sample, int Block, int Step), (SiloAddress Silo, int Epoch)> _first = [];
    private readonly HashSet<(int Sample, int Block, int Step)> _confirmed = [];
    private readonly HashSet<(SiloAddress Silo, int Epoch)> _faults = [];

    /// <summary>Takes in that a silo returned it.</summary>
    /// <param name="found">What was found.</param>
    /// <param name="silo">The silo.</param>
    /// <param name="epoch">The epoch, which a doubt ends: what a silo returns in one is one fault.</param>
    /// <returns>
    /// The silo that returned it first, and whether another one has confirmed it, now or before. The same silo again tells
    /// nothing.
    /// </returns>
    public (SiloAddress First, bool IsConfirmed) Take(NotFinite found, SiloAddress silo, int epoch)
    {
        var where = (found.Sample, found.Block, found.Step);
        if (_confirmed.Contains(where))
            return (silo, true);
        if (_first.TryAdd(where, (silo, epoch)))
            return (silo, false);
        var first = _first[where].Silo;
        return (first, !first.Equals(silo));
    }

    /// <summary>Takes in that a model is at fault: whoever returns it again is not doubted.</summary>
    public void Confirm(NotFinite found)
    {
        var where = (found.Sample, found.Block, found.Step);
        _first.Remove(where);
        _confirmed.Add(where);
    }

    /// <summary>A sample is done with a block: what was returned for it there, and not confirmed, was the silo's fault.</summary>
    /// <returns>The silos, once for every fault that was not known of.</returns>
    public IReadOnlyList<SiloAddress> Done(int sample, int block)
    {
        var faulty = new List<SiloAddress>();
        foreach (var (where, fault) in _first.Where(doubt => doubt.Key.Sample == sample && doubt.Key.Block <= block).ToList())
        {
            _first.Remove(where);
            if (_faults.Add(fault))
                faulty.Add(fault.Silo);
        }

        return faulty;
    }
}
