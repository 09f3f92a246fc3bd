using OrleansDiffusion.Contracts.Sweeps;

namespace OrleansDiffusion.Grid.Supervision;

/// <summary>
/// Where NaN or infinity came from: the model, if another silo returns it too, else the silo. Not safe for concurrent use.
/// </summary>
internal sealed class Doubts
{
    private const int MostFaults = 2;

    private readonly Dictionary<(int Sample, int Block, int Step), SiloAddress> _first = [];
    private readonly HashSet<(int Sample, int Block, int Step)> _confirmed = [];
    private readonly Dictionary<SiloAddress, int> _faults = [];

    /// <summary>Takes in that a silo returned it.</summary>
    /// <returns>
    /// The silo that returned it first, and whether another one has confirmed it, now or before. The same silo again tells
    /// nothing.
    /// </returns>
    public (SiloAddress First, bool IsConfirmed) Take(NotFinite found, SiloAddress silo)
    {
        var where = (found.Sample, found.Block, found.Step);
        if (_confirmed.Contains(where))
            return (silo, true);
        if (_first.TryAdd(where, silo))
            return (silo, false);
        var first = _first[where];
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
    /// <returns>The silos that have been at fault too often.</returns>
    public IReadOnlyList<SiloAddress> Done(int sample, int block)
    {
        var faulty = new HashSet<SiloAddress>();
        foreach (var (where, silo) in _first.Where(doubt => doubt.Key.Sample == sample && doubt.Key.Block <= block).ToList())
        {
            _first.Remove(where);
            faulty.Add(silo);
        }

        foreach (var silo in faulty)
            _faults[silo] = _faults.GetValueOrDefault(silo) + 1;
        return [.. faulty.Where(silo => _faults[silo] >= MostFaults)];
    }
}
