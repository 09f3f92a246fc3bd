using System.Diagnostics;

namespace OrleansDiffusion.Grid;

/// <summary>
/// The spans of jobs, batches and blocks. One may begin in one call of a grain and end in another, so none ever is the
/// current activity.
/// </summary>
public static class GridTraces
{
    /// <summary>The name of the activity source.</summary>
    public const string SourceName = "OrleansDiffusion";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins a span.</summary>
    /// <param name="name">What it is of.</param>
    /// <param name="parent">A W3C <c>traceparent</c>; null, or one that cannot be read, for a trace of its own.</param>
    /// <returns>Null if nobody listens.</returns>
    internal static Activity? Start(string name, string? parent)
    {
        if (!Source.HasListeners())
            return null;
        var current = Activity.Current;
        var span = Source.StartActivity(
            name, ActivityKind.Internal,
            ActivityContext.TryParse(parent, traceState: null, isRemote: true, out var context) ? context : default);
        Activity.Current = current;
        return span;
    }

    /// <summary>Ends a span.</summary>
    internal static void End(Activity span)
    {
        var current = Activity.Current;
        span.Stop();
        Activity.Current = current;
    }
}
