using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrleansDiffusion.Contracts;
using OrleansDiffusion.Contracts.Silos;
using OrleansDiffusion.Grid.Placement;
using Orleans.Concurrency;

namespace OrleansDiffusion.Grid.Silos;

/// <summary>Lists the silos, and asks each what it has to do. One that does not answer soon is listed without.</summary>
[GrainType("odiff.silo-index"), StatelessWorker]
internal sealed partial class SiloIndexGrain(
    ISiloStatusOracle silos, IClusterManifestProvider manifests, ILogger<SiloIndexGrain> logger) : Grain, ISiloIndexGrain
{
    private static readonly GrainType OfControl = GrainType.Create(GridNames.SupervisorType);
    private static readonly GrainType OfCompute = GrainType.Create(GridNames.SliceType);
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(2);

    public async Task<ImmutableArray<SiloSummary>> List(CancellationToken cancellationToken = default)
    {
        var active = silos.GetApproximateSiloStatuses(onlyActive: true).Keys.Order().ToList();
        var joined = await Answer(Management.GetDetailedHosts(onlyActive: true, cancellationToken), silo: null, cancellationToken) ?? [];
        return
        [
            .. await Task.WhenAll(active.Select(silo => Summary(
                silo, joined.FirstOrDefault(entry => entry.SiloAddress.Equals(silo)), cancellationToken))),
        ];
    }

    private IManagementGrain Management => GrainFactory.GetGrain<IManagementGrain>(0);

    private async Task<SiloSummary> Summary(SiloAddress silo, MembershipEntry? joined, CancellationToken cancellationToken)
    {
        var isCompute = Loads(silo, OfCompute);
        var statistics = Answer(Management.GetRuntimeStatistics([silo], cancellationToken), silo, cancellationToken);
        var load = isCompute ? await Answer(LoadOf(silo), silo, cancellationToken) : null;
        var runtime = (await statistics)?.FirstOrDefault();
        return new SiloSummary(
            silo.ToParsableString(), joined?.SiloName ?? silo.ToString(), Loads(silo, OfControl), isCompute,
            joined is null ? null : new DateTimeOffset(DateTime.SpecifyKind(joined.StartTime, DateTimeKind.Utc)),
            runtime?.EnvironmentStatistics.FilteredCpuUsagePercentage / 100,
            runtime?.EnvironmentStatistics.FilteredMemoryUsageBytes, runtime?.ActivationCount, load);
    }

    private bool Loads(SiloAddress silo, GrainType type) =>
        manifests.Current.Silos.TryGetValue(silo, out var manifest) && manifest.Grains.ContainsKey(type);

    private async Task<SiloLoad> LoadOf(SiloAddress silo)
    {
        SiloLoad? load = null;
        await PlacementHint.On(
            silo, async () => load = await GrainFactory.GetGrain<ISiloLoadGrain>(silo.ToParsableString()).Read());
        return load!;
    }

    private async Task<T?> Answer<T>(Task<T> answer, SiloAddress? silo, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await answer.WaitAsync(LongestAnswer, cancellationToken);
        }
        catch (Exception e) when (e is InvalidOperationException || Unanswered.Is(e, cancellationToken))
        {
            LogNoAnswer(e, silo);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Silo {Silo} does not say what it has to do; it is listed without")]
    private partial void LogNoAnswer(Exception e, SiloAddress? silo);
}
