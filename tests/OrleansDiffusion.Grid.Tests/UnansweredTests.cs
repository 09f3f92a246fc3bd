using OrleansDiffusion.Contracts;

namespace OrleansDiffusion.Grid.Tests;

public sealed class UnansweredTests
{
    [Fact]
    public void Call_that_was_lost_late_or_given_up_by_a_silo_is_unanswered()
    {
        Assert.True(Unanswered.Is(new OrleansException("lost"), TestContext.Current.CancellationToken));
        Assert.True(Unanswered.Is(new TimeoutException(), TestContext.Current.CancellationToken));
        Assert.True(Unanswered.Is(new OperationCanceledException(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void What_the_caller_cancelled_or_asked_wrongly_is_not()
    {
        Assert.False(Unanswered.Is(new OperationCanceledException(), new CancellationToken(canceled: true)));
        Assert.False(Unanswered.Is(new InvalidOperationException("wrong"), TestContext.Current.CancellationToken));
    }
}
