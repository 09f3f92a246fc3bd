using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;
using Microsoft.Diagnostics.Tracing.Parsers;

namespace OrleansDiffusion.Chaos.Tests.Cluster;

/// <summary>What a .NET process holds: its heap after a full collection, without garbage, compiled code and mapped files.</summary>
internal static class LiveHeap
{
    private const int Oldest = 2;

    /// <summary>Has a process collect its garbage, and says what is left, in bytes.</summary>
    public static Task<long> Of(int process, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            using var session = new DiagnosticsClient(process).StartEventPipeSession(
                new EventPipeProvider(
                    ClrTraceEventParser.ProviderName, EventLevel.Informational,
                    (long)(ClrTraceEventParser.Keywords.GCHeapCollect | ClrTraceEventParser.Keywords.GC)),
                requestRundown: false);
            using var ending = cancellationToken.Register(session.Stop);
            using var source = new EventPipeEventSource(session.EventStream);
            var (isFull, bytes) = (false, 0L);
            source.Clr.GCStart += start => isFull |= start.Depth == Oldest;
            source.Clr.GCHeapStats += stats =>
            {
                if (isFull && bytes == 0)
                {
                    bytes = stats.TotalHeapSize;
                    session.Stop();
                }
            };
            source.Process();
            cancellationToken.ThrowIfCancellationRequested();
            return bytes;
        },
        cancellationToken);
}
