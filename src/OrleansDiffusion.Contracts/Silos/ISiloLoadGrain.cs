namespace OrleansDiffusion.Contracts.Silos;

/// <summary>Says what a silo that can hold time-nodes has to do; its key is the silo's address, where it must be placed.</summary>
[Alias("odiff.ISiloLoadGrain")]
public interface ISiloLoadGrain : IGrainWithStringKey
{
    /// <summary>What it has to do now.</summary>
    /// <exception cref="InvalidOperationException">It lives on another silo than its key says.</exception>
    [Alias("Read")]
    Task<SiloLoad> Read();
}
