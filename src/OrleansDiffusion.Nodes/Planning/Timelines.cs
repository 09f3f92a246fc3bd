using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Schedules;

namespace OrleansDiffusion.Nodes.Planning;

/// <summary>
/// Timelines, the last of which are kept: jobs mostly ask for the same few, and one of a thousand steps is hundreds of
/// kilobytes of garbage a job and silo, on the way to its first sweep.
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
/// <param name="most">How many are kept.</param>
internal sealed class Timelines(int most)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<(TimelineOptions Options, VariancePreservingSchedule Schedule, Timeline Timeline)> _kept = []; // last used last

    /// <summary>The timeline of a sampler's steps over a schedule.</summary>
    /// <inheritdoc cref="Timeline.Create"/>
    public Timeline Of(TimelineOptions options, VariancePreservingSchedule schedule)
    {
        lock (_gate)
        {
            for (var node = _kept.Last; node is not null; node = node.Previous)
            {
                if (node.Value.Schedule != schedule || node.Value.Options != options)
                    continue;
                _kept.Remove(node);
                _kept.AddLast(node);
                return node.Value.Timeline;
            }
        }

        var timeline = Timeline.Create(options, schedule);
        lock (_gate)
        {
            _kept.AddLast((options, schedule, timeline));
            if (_kept.Count > most)
                _kept.RemoveFirst();
        }

        return timeline;
    }
}
