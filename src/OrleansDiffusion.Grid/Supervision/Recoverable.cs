using OrleansDiffusion.Contracts;

namespace OrleansDiffusion.Grid.Supervision;

/// <summary>What silos and the network may do; a fault of the program itself is not tried again.</summary>
internal static class Recoverable
{
    /// <summary>Whether the open blocks are begun anew for an error.</summary>
    public static bool Is(Exception error) =>
        error is SliceException or InvalidOperationException || Unanswered.Is(error);
}
