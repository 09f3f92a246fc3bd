using OrleansDiffusion.Silo.Tests.Fixtures;

[assembly: AssemblyFixture(typeof(Grids))]

namespace OrleansDiffusion.Silo.Tests.Fixtures;

/// <summary>Clusters as they usually are, started once each and shared by all tests that change nothing about them.</summary>
public sealed class Grids : IAsyncDisposable
{
    // Nothing fails in them: what belongs together comes, however busy the machine is.
    private static readonly TestGridOptions Options = new() { GroupWait = TimeSpan.FromMinutes(1) };

    private readonly Lock _gate = new();
    private readonly Dictionary<int, Task<TestGrid>> _grids = [];

    /// <summary>The cluster of so many silos.</summary>
    internal Task<TestGrid> Of(int silos)
    {
        lock (_gate)
            return _grids.TryGetValue(silos, out var grid) ? grid : _grids[silos] = TestGrid.Start(silos, Options);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var grid in _grids.Values)
            await (await grid).DisposeAsync();
    }
}
