using Orleans.Providers.Streams.Common;
using Orleans.Streams;

namespace OrleansDiffusion.Streaming;

/// <summary>Items of one stream that were queued at the same time, as one delivery.</summary>
/// <param name="streamId">The stream.</param>
/// <param name="sequence">Of the last item; of the first, in news that carry none.</param>
/// <param name="events">Of each item, in order.</param>
/// <param name="sequences">Of each item, ascending.</param>
[GenerateSerializer]
[Immutable]
internal sealed class SweepBatch(StreamId streamId, long sequence, object[][] events, long[] sequences) : IBatchContainer
{
    [Id(0)]
    private readonly long _sequence = sequence;

    [Id(1)]
    private readonly object[][] _events = events;

    [Id(2)]
    private readonly long[] _sequences = sequences;

    [Id(3)]
    public StreamId StreamId { get; } = streamId;

    public StreamSequenceToken SequenceToken => new EventSequenceTokenV2(_sequence);

    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>()
    {
        for (var i = 0; i < _events.Length; i++)
        {
            for (var j = 0; j < _events[i].Length; j++)
                yield return Tuple.Create<T, StreamSequenceToken>(
                    (T)_events[i][j], new EventSequenceTokenV2(_sequences[i], j));
        }
    }

    public bool ImportRequestContext() => false;
}
