namespace OrleansDiffusion.Client.Tests;

public sealed class SamplingCallsTests
{
    private static readonly SamplingClientOptions Options = new()
    {
        MostAttempts = 3, FirstDelay = TimeSpan.FromMilliseconds(1), LongestDelay = TimeSpan.FromMilliseconds(1),
    };

    // A silo cancels what it looks up where silos come or go.
    [Fact]
    public async Task Call_that_a_silo_cancelled_is_made_again()
    {
        var attempts = 0;

        var answer = await SamplingCalls.Again(Options).ExecuteAsync(
            _ => ++attempts < 3 ? throw new OperationCanceledException() : ValueTask.FromResult("answered"),
            TestContext.Current.CancellationToken);

        Assert.Equal("answered", answer);
    }

    [Fact]
    public async Task Call_that_silos_cancel_every_time_fails_as_one_that_is_not_answered()
    {
        await Assert.ThrowsAsync<SamplingUnavailableException>(() => SamplingCalls.Again(Options).Make<int>(
            "the grid", _ => throw new OperationCanceledException(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Call_that_the_caller_cancels_is_not_made_again()
    {
        using var cancelled = new CancellationTokenSource();
        var attempts = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SamplingCalls.Again(Options).Make<int>(
            "the grid",
            async token =>
            {
                attempts++;
                await cancelled.CancelAsync();
                token.ThrowIfCancellationRequested();
                return 0;
            },
            cancelled.Token));

        Assert.Equal(1, attempts);
    }
}
