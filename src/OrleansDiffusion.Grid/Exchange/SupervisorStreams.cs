using OrleansDiffusion.Contracts.Keys;
using Orleans.Metadata;
using Orleans.Streams;

namespace OrleansDiffusion.Grid.Exchange;

/// <summary>
/// The streams to a supervisor: one an epoch. A silo that finds no supervisor's class when it publishes first, as while the last
/// control silo is being replaced, never looks again for that stream.
/// </summary>
internal sealed class SupervisorStreams : IStreamIdMapper
{
    /// <summary>Under which it is found.</summary>
    public const string Name = GridNames.SupervisorType;

    /// <summary>The namespace.</summary>
    public const string Namespace = "odiff.sweeps.supervisor";

    /// <summary>The stream of an epoch.</summary>
    public static StreamId Of(BatchKey batch, int epoch) => StreamId.Create(Namespace, $"{batch}/{epoch}");

    /// <inheritdoc/>
    public IdSpan GetGrainKeyId(GrainBindings grainBindings, StreamId streamId)
    {
        var key = streamId.GetKeyAsString();
        return IdSpan.Create(key[..key.LastIndexOf('/')]);
    }
}
