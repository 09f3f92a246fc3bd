using Microsoft.Extensions.Logging;
using OrleansDiffusion.Contracts;
using OrleansDiffusion.Grid.Placement;

namespace OrleansDiffusion.Grid.Jobs;

/// <summary>The silos that can hold jobs.</summary>
internal sealed partial class JobSilos(
    ISiloStatusOracle silos, IClusterManifestProvider manifests, IGrainFactory grains, ILogger<JobSilos> logger)
{
    private static readonly GrainType OfSilo = GrainType.Create(SiloJobsGrain.Type);

    /// <summary>Asks them all. What one that does not answer would have said is left out.</summary>
    /// <param name="ask">What each is asked.</param>
    /// <param name="longest">How long an answer is waited for.</param>
    public async Task<IReadOnlyList<T>> Ask<T>(Func<ISiloJobsGrain, Task<T>> ask, TimeSpan longest)
    {
        var answers = new List<T>();
        await Task.WhenAll(silos.GetApproximateSiloStatuses(onlyActive: true).Keys.Where(HoldsJobs).Select(async silo =>
        {
            try
            {
                await PlacementHint.On(
                    silo,
                    async () => answers.Add(
                        await ask(grains.GetGrain<ISiloJobsGrain>(silo.ToParsableString())).WaitAsync(longest)));
            }
            catch (Exception e) when (Unanswered.Is(e))
            {
                LogNoAnswer(e, silo);
            }
        }));
        return answers;
    }

    private bool HoldsJobs(SiloAddress silo) =>
        manifests.Current.Silos.TryGetValue(silo, out var manifest) && manifest.Grains.ContainsKey(OfSilo);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Silo {Silo} does not say which jobs it has; it goes without")]
    private partial void LogNoAnswer(Exception e, SiloAddress silo);
}
