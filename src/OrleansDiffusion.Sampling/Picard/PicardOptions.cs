namespace OrleansDiffusion.Sampling.Picard;

/// <summary>How a block is iterated. Names are those of the command line.</summary>
public sealed record PicardOptions
{
    private const int MostLookahead = 1 << 20;
    private const int MostScouts = 1 << 20;

    /// <summary>How D is linearised over a sweep. Default <see cref="Linearization.Secant"/>.</summary>
    public Linearization Linearization { get; init; } = Linearization.Secant;

    /// <summary>The first iterate of a block. Default <see cref="FirstIterate.Rolled"/>.</summary>
    public FirstIterate Start { get; init; } = FirstIterate.Rolled;

    /// <summary>
    /// RMS distance from the sequential sampler's result that a sample may have, 0 or more; 0 sweeps until nothing
    /// moves, which is exact. Default 1e-3.
    /// </summary>
    public double Tolerance { get; init; } = 1e-3;

    /// <summary>
    /// How many consecutive blocks are swept at the same time, 1 or more. 1, the default, is the paper: a block starts
    /// when the one before it is done. With more, blocks iterate on an entry that still moves.
    /// </summary>
    public int Lookahead { get; init; } = 1;

    /// <summary>
    /// How many blocks beyond the lookahead are swept by a few of their points, 0 or more: the nearest quarter by a third of
    /// them, the others by one of each run. No block is done before all of its points were evaluated. Default 0.
    /// </summary>
    public int Scouts { get; init; }

    /// <summary>Most sweeps of a block once what enters it is final, positive; null for as many as it has points, where it is exact.</summary>
    public int? MaxSweeps { get; init; }

    /// <summary>
    /// Most blocks that are in memory at once: those that the slowest sample is swept in, and as many again as its lookahead
    /// so that others need not wait for it.
    /// </summary>
    /// <param name="lookahead">As <see cref="Lookahead"/>.</param>
    /// <param name="scouts">As <see cref="Scouts"/>.</param>
    public static int MostOpen(int lookahead, int scouts) => (2 * lookahead) + scouts;

    /// <summary>How a block is swept for a sample.</summary>
    /// <param name="ahead">How many blocks it is ahead of the sample's first that is not done.</param>
    public Scouting ScoutingOf(int ahead) => ahead < Lookahead ? Scouting.None
        : ahead - Lookahead < Scouts / 4 ? Scouting.Third
        : Scouting.Point;

    /// <summary>Throws if an option is out of its range.</summary>
    /// <exception cref="InvalidOptionException">Names the option and what it may be.</exception>
    public void Validate()
    {
        if (!Enum.IsDefined(Linearization))
            throw new InvalidOptionException("linearization",
                $"must be one of {string.Join(", ", Enum.GetNames<Linearization>())}, was {Linearization}");
        if (!Enum.IsDefined(Start))
            throw new InvalidOptionException("start",
                $"must be one of {string.Join(", ", Enum.GetNames<FirstIterate>())}, was {Start}");
        if (!(Tolerance >= 0 && double.IsFinite(Tolerance)))
            throw new InvalidOptionException("tolerance", $"must be 0 (exact) or positive, was {Tolerance}");
        if (Lookahead is < 1 or > MostLookahead)
            throw new InvalidOptionException("lookahead", $"must be 1 to {MostLookahead}, was {Lookahead}");
        if (Scouts is < 0 or > MostScouts)
            throw new InvalidOptionException("scouts", $"must be 0 to {MostScouts}, was {Scouts}");
        if (MaxSweeps is <= 0)
            throw new InvalidOptionException("max-sweeps", $"must be positive, was {MaxSweeps}");
    }
}
