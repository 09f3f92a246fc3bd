using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Contracts.Sweeps;

namespace OrleansDiffusion.Nodes.Slices;

/// <summary>
/// Has another slice keep copies of a slice's iterates, for the case that its silo is lost. They are made and sent while the
/// model is asked; how often depends on how long the last ones took, so that they take no more than their share of the time,
/// whatever the iterates' size and the network's speed.
/// </summary>
/// <param name="batch">The batch.</param>
/// <param name="keeper">Who keeps them; null for nobody.</param>
/// <param name="share">Of the time, 0 for never to 1 for all the time.</param>
/// <param name="time">What it is measured by.</param>
/// <param name="logger">Told of copies that could not be made.</param>
internal sealed partial class Copies(BatchKey batch, ISliceGrain? keeper, double share, TimeProvider time, ILogger logger)
{
    private Task _copying = Task.CompletedTask;
    private long _ended; // a timestamp
    private TimeSpan _pause;

    /// <summary>Copies time-nodes as a sweep has left them, unless that would be too often.</summary>
    /// <param name="sweep">The sweep that was made last.</param>
    /// <param name="after">How long to wait, so that who is only now told to make the next sweep has the processor.</param>
    /// <param name="nodes">Says by then which nodes there are, and where.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public void Make(
        int sweep, TimeSpan after, Func<IEnumerable<(int Block, int Node, ITimeNodeGrain Grain)>> nodes,
        CancellationToken cancellationToken)
    {
        if (keeper is null || share <= 0 || !_copying.IsCompleted || time.GetElapsedTime(_ended) < _pause)
            return;
        _copying = Copy(sweep, after, nodes, cancellationToken);
    }

    /// <summary>Completes when no node is asked any more.</summary>
    public Task WhenDone() => _copying;

    private async Task Copy(
        int sweep, TimeSpan after, Func<IEnumerable<(int Block, int Node, ITimeNodeGrain Grain)>> nodes,
        CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        try
        {
            await Task.Delay(after, time, cancellationToken);
            started = time.GetTimestamp();
            var copies = await Task.WhenAll(nodes().Select(node => CopyOf(node.Block, node.Node, node.Grain)));
            foreach (var message in Messages(copies.OfType<NodeCopy>()))
                await keeper!.Keep(sweep, message).WaitAsync(cancellationToken);
        }
        catch (Exception e)
        {
            if (!cancellationToken.IsCancellationRequested)
                LogNotCopied(e, batch, sweep);
        }

        _ended = time.GetTimestamp();
        _pause = time.GetElapsedTime(started, _ended) * ((1 - share) / share);
    }

    private static async Task<NodeCopy?> CopyOf(int block, int node, ITimeNodeGrain grain) =>
        await grain.HandOver() is { } iterates ? new NodeCopy(block, node, iterates) : null;

    private static IEnumerable<ImmutableArray<NodeCopy>> Messages(IEnumerable<NodeCopy> copies)
    {
        var message = ImmutableArray.CreateBuilder<NodeCopy>();
        var bytes = 0L;
        foreach (var copy in copies)
        {
            bytes += copy.Iterates.Bytes.Length;
            if (bytes > Iterates.MostBytes && message.Count > 0)
            {
                yield return message.DrainToImmutable();
                bytes = copy.Iterates.Bytes.Length;
            }

            message.Add(copy);
        }

        if (message.Count > 0)
            yield return message.DrainToImmutable();
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Batch {Batch}: iterates of sweep {Sweep} could not be copied")]
    private partial void LogNotCopied(Exception e, BatchKey batch, int sweep);
}
