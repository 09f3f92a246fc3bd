using System.Collections.Immutable;
using OrleansDiffusion.Storage.Checkpoints;

namespace OrleansDiffusion.Storage.Tests.Checkpoints;

/// <summary>Checkpoints for tests.</summary>
internal static class TestCheckpoint
{
    public const string JobHash = "e3b0c442";

    /// <summary>One of three samples, of which the second is still noise.</summary>
    public static Checkpoint Of(byte value) => new(
        JobHash, [value, 0, int.MaxValue], [State(value, 12), null, State((byte)(value + 1), 12)],
        $$"""{"sweeps":{{value}},"note":"größe \" 世"}""");

    public static byte[] State(byte value, int length)
    {
        var state = new byte[length];
        Array.Fill(state, value);
        return state;
    }

    public static void AssertSame(Checkpoint expected, Checkpoint? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.JobHash, actual.JobHash);
        Assert.Equal(expected.Account, actual.Account);
        Assert.Equal(expected.Leads.AsEnumerable(), actual.Leads);
        Assert.Equal(expected.States.AsEnumerable(), actual.States);
    }

    public static Checkpoint With(this Checkpoint checkpoint, params byte[]?[] states) =>
        checkpoint with { States = [.. states], Leads = [.. Enumerable.Repeat(1, states.Length)] };

    public static Checkpoint WithLeads(this Checkpoint checkpoint, params int[] leads) =>
        checkpoint with { Leads = ImmutableArray.Create(leads) };
}
