using System.Diagnostics;

namespace OrleansDiffusion.Contracts;

/// <summary>
/// Tells the grain that is called which trace the call belongs to, in the way that Orleans' activity propagation does, but
/// without a span for every call.
/// </summary>
public static class TraceContext
{
    private const string Key = "traceparent"; // as W3C names it

    /// <summary>Has the calls that follow belong to the current activity, if there is one that somebody traces.</summary>
    public static void Send()
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } current && IsTraced(current))
            RequestContext.Set(Key, id);
    }

    /// <summary>What the caller sent. The calls that are made from here are not told of it.</summary>
    /// <returns>A W3C <c>traceparent</c>; null if there is none.</returns>
    public static string? Take()
    {
        var id = RequestContext.Get(Key) as string;
        if (id is not null)
            RequestContext.Remove(Key);
        return id;
    }

    // ASP.NET Core makes activities of no source for its logs. As they are not recorded they would keep jobs out of traces.
    private static bool IsTraced(Activity activity) => activity.Recorded || activity.Source.Name.Length > 0;
}
