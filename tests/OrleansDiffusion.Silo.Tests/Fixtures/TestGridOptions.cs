using OrleansDiffusion.Grid;
using OrleansDiffusion.Grid.Exchange;
using OrleansDiffusion.Storage.Objects;

namespace OrleansDiffusion.Silo.Tests.Fixtures;

/// <summary>How a <see cref="TestGrid"/> differs from the usual.</summary>
internal sealed record TestGridOptions
{
    public ExchangeKind Exchange { get; init; } = ExchangeKind.SweepStreams;

    /// <summary>Sets options of the grid, whose batches are begun anew at once.</summary>
    public Action<GridOptions> Grid { get; init; } = _ => { };

    /// <summary>The devices of each silo, by its number; null for a silo that holds no time-nodes.</summary>
    public Func<int, string?> Devices { get; init; } = _ => "cpu";

    /// <summary>Most requests that are queued at a device.</summary>
    public int MostQueued { get; init; } = 1024;

    /// <summary>How long a device waits for the rest of what belongs together.</summary>
    public TimeSpan GroupWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Where jobs are kept; null for a memory that all silos share.</summary>
    public IObjectStore? Store { get; init; }

    /// <summary>Whether every silo keeps jobs in a memory of its own, as silos do where nothing else is set.</summary>
    public bool HasStoreOfItsOwn { get; init; }

    /// <summary>The time of the grid's timeouts.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Puts something around a silo's exchange.</summary>
    public Func<ISweepExchange, IServiceProvider, ISweepExchange> Wrap { get; init; } = (exchange, _) => exchange;

    /// <summary>Called in place of every grain call.</summary>
    public Func<IIncomingGrainCallContext, Task> Call { get; init; } = call => call.Invoke();

    /// <summary>Told of every grain call that was answered to a silo, where the answer is received.</summary>
    public Action<IOutgoingGrainCallContext> Answered { get; init; } = _ => { };
}
