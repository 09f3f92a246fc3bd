using OrleansDiffusion.Contracts;

namespace OrleansDiffusion.Silo.Tests.Fixtures;

/// <summary>Calls of a test that are made again where a silo that comes or goes left them unanswered, as every client makes them.</summary>
internal static class Answered
{
    private const int MostAttempts = 6;

    public static async Task<T> Call<T>(Func<Task<T>> call)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (Exception e) when (attempt < MostAttempts
                && (e is EnumerationAbortedException || Unanswered.Is(e, TestContext.Current.CancellationToken)))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50 << attempt), TestContext.Current.CancellationToken);
            }
        }
    }
}
