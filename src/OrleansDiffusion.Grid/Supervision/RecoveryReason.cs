namespace OrleansDiffusion.Grid.Supervision;

/// <summary>Why open blocks are begun anew, as metrics and traces say it.</summary>
internal static class RecoveryReason
{
    /// <summary>The batch's supervisor was lost, and another goes on from its checkpoint.</summary>
    public const string Resumed = "resumed";

    private const string Doubt = "doubt";
    private const string Late = "late";
    private const string Gone = "gone";
    private const string Failed = "failed";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Gone, Late, Doubt, Failed, Resumed];

    /// <summary>The one of a failure.</summary>
    public static string Of(Exception failure) => failure switch
    {
        DoubtException => Doubt,
        LateSweepException => Late,
        GoneException => Gone,
        _ => Failed,
    };
}
