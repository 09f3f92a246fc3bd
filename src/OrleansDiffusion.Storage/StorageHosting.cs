using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansDiffusion.Storage.Checkpoints;
using OrleansDiffusion.Storage.Samples;

namespace OrleansDiffusion.Storage;

/// <summary>Adds the stores to a host.</summary>
public static class StorageHosting
{
    /// <summary>Adds an object store, and the checkpoint and sample stores over it.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="section">Its keys are the properties of <see cref="StorageOptions"/>; others are refused.</param>
    public static IServiceCollection AddObjectStore(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        services.AddOptions<StorageOptions>().Bind(section, binder => binder.ErrorOnUnknownConfiguration = true);
        return services.AddStores();
    }

    /// <summary>Adds an object store, and the checkpoint and sample stores over it.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Sets options; they are checked at start. Null leaves everything in memory.</param>
    public static IServiceCollection AddObjectStore(
        this IServiceCollection services, Action<StorageOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<StorageOptions>().Configure(options => configure?.Invoke(options));
        return services.AddStores();
    }

    private static IServiceCollection AddStores(this IServiceCollection services)
    {
        services.AddOptions<StorageOptions>().ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>());
        services.TryAddSingleton(provider => ObjectStore.Open(
            provider.GetRequiredService<IOptions<StorageOptions>>().Value,
            provider.GetService<ILoggerFactory>()?.CreateLogger(typeof(ObjectStore).FullName!)));
        services.TryAddSingleton<CheckpointStore>();
        services.TryAddSingleton<SampleStore>();
        return services;
    }
}
