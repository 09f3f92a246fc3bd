namespace OrleansDiffusion.Silo.Tests.Fixtures;

/// <summary>Holds whoever comes to it until the test opens it.</summary>
internal sealed class Gate : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _open = new();

    /// <summary>Completes when somebody is held.</summary>
    public Task Entered => _entered.Task.WaitAsync(Longest, TestContext.Current.CancellationToken);

    /// <summary>Waits until somebody is held, or fails as a job does that ends before.</summary>
    public async Task EnteredBy(Task<GridJob> running)
    {
        if (await Task.WhenAny(Entered, running) == running)
            Assert.Fail($"the job came to its end before: {(await running).Status.Error}");
        await Entered;
    }

    public void Pass()
    {
        _entered.TrySetResult();
        if (!_open.Wait(Longest))
            throw new TimeoutException();
    }

    public void Open() => _open.Set();

    // A test that failed holds nobody up; who waits still needs the event.
    public void Dispose() => Open();
}
