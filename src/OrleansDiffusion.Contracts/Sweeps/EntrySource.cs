namespace OrleansDiffusion.Contracts.Sweeps;

/// <summary>Where that comes from which enters a block.</summary>
[GenerateSerializer, Alias("odiff.EntrySource")]
public enum EntrySource
{
    /// <summary>It is given.</summary>
    Given = 0,

    /// <summary>The job's initial noise.</summary>
    Noise = 1,

    /// <summary>The block before, which the sample starts in at the same time: the end of its first iterate.</summary>
    BlockBefore = 2,
}
