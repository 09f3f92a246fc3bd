using System.Net;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;

namespace OrleansDiffusion.Silo;

/// <summary>How silos find each other, notice that one is gone, and keep what must outlive it.</summary>
internal static class Membership
{
    /// <summary>Adds clustering and reminders, both in Redis or both without.</summary>
    public static void AddMembership(this ISiloBuilder silo, SiloSettings settings)
    {
        silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (settings.ClusterId, settings.ClusterId));
        if (settings.Redis is { } redis)
        {
            silo.UseRedisClustering(options => options.ConfigurationOptions = redis.Options());
            silo.UseRedisReminderService(options => options.ConfigurationOptions = redis.Options());
            silo.ConfigureEndpoints(settings.Address, settings.SiloPort, settings.GatewayPort);
        }
        else
        {
            silo.UseLocalhostClustering(
                settings.SiloPort, settings.GatewayPort, settings.Primary, settings.ClusterId, settings.ClusterId);
            silo.UseInMemoryReminderService();
            silo.Configure<EndpointOptions>(endpoint => endpoint.AdvertisedIPAddress = IPAddress.Loopback);
        }

        silo.Configure<ClusterMembershipOptions>(NoticeQuickly);

        silo.AddGrainDirectory();
    }

    // The usual directory has silos that stay drop the grains which one that goes had registered: time-nodes would lose
    // their iterates, and slices the sweep under way. This one registers them elsewhere.
    internal static void AddGrainDirectory(this ISiloBuilder silo)
    {
        silo.AddDistributedGrainDirectory();

        // After a crash it would let no grain be registered where the dead silo's were until that must have noticed itself.
        // Here two of a grain do no harm: epochs and claims of checkpoints keep the older one out.
        silo.Configure<GrainDirectoryOptions>(directory => directory.RangeLeaseDuration = TimeSpan.Zero);
    }

    // A silo that was killed is out after three probes of half a second to a second, one that hangs after the 4.5 s
    // (3 x MaxProbeTimeout) in which its connections may still count as alive.
    private static void NoticeQuickly(ClusterMembershipOptions membership)
    {
        membership.ProbeTimeout = TimeSpan.FromSeconds(1);
        membership.MaxProbeTimeout = TimeSpan.FromSeconds(1.5);
        membership.NumMissedProbesLimit = 3;

        // Where silos die at once, votes and probes by way of others would wait for those that are dead themselves.
        // A silo that is taken for dead wrongly costs little: its work moves on.
        membership.NumVotesForDeathDeclaration = 1;
        membership.EnableIndirectProbes = false;

        // Silos of an earlier run that nobody saw die stand in the way of one that joins until they count as stale.
        membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(1);
        membership.NumMissedTableIAmAliveLimit = 3;
        membership.TableRefreshTimeout = TimeSpan.FromSeconds(5);
    }
}
