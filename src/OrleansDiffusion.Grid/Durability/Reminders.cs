using OrleansDiffusion.Contracts;

namespace OrleansDiffusion.Grid.Durability;

/// <summary>Reminders of grains that must be alive until their work is done.</summary>
internal static class Reminders
{
    /// <summary>Has a grain reminded from now on.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="name">Of the reminder.</param>
    /// <param name="period">How often; a minute or more.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IOException">The silo's table of reminders cannot be used.</exception>
    public static Task Remind(
        this Grain grain, string name, TimeSpan period, CancellationToken cancellationToken = default) =>
        Keep(() => grain.RegisterOrUpdateReminder(name, period, period, cancellationToken));

    /// <summary>Has a grain reminded no more.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="name">Of the reminder.</param>
    /// <exception cref="IOException">The silo's table of reminders cannot be used.</exception>
    public static Task StopReminding(this Grain grain, string name) => Keep(async () =>
    {
        if (await grain.GetReminder(name) is { } reminder)
            await grain.UnregisterReminder(reminder);
    });

    // Each table has exceptions of its own, which are none of Orleans'. To those who ask again it is a store like another.
    private static async Task Keep(Func<Task> change)
    {
        try
        {
            await change();
        }
        catch (Exception e) when (!Unanswered.Is(e))
        {
            throw new IOException("cannot write reminders", e);
        }
    }
}
