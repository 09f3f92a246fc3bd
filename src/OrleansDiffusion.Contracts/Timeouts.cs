namespace OrleansDiffusion.Contracts;

/// <summary>How long calls may take that Orleans' own 30 s are too short for.</summary>
internal static class Timeouts
{
    /// <summary>Of calls that open a model, or wait until it returns.</summary>
    public const string OfModels = "00:10:00";

    /// <summary>Of calls within a silo that make a sweep: the supervisor's own timeout ends it before.</summary>
    public const string OfSweeps = "1.00:00:00";
}
