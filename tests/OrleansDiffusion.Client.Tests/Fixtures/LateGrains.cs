using System.Reflection;

namespace OrleansDiffusion.Client.Tests.Fixtures;

/// <summary>Grains of a cluster some of whose silos become known only after some calls.</summary>
public class LateGrains : DispatchProxy
{
    private IGrainFactory _grains = null!;
    private Type _late = null!;
    private int _calls;

    /// <summary>Grains of which one interface has no implementation at first.</summary>
    public static IGrainFactory Of(IGrainFactory grains, Type late, int calls)
    {
        var factory = Create<IGrainFactory, LateGrains>();
        var proxy = (LateGrains)(object)factory;
        (proxy._grains, proxy._late, proxy._calls) = (grains, late, calls);
        return factory;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.GetGenericArguments().Contains(_late) && _calls-- > 0
            ? throw new ArgumentException("Could not find an implementation for the interface", nameof(targetMethod))
            : targetMethod.Invoke(_grains, args);
}
