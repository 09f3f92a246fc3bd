namespace OrleansDiffusion.Nodes.Tests;

/// <summary>A model whose calls are held until the test lets them go.</summary>
internal sealed class HeldModel : IDisposable
{
    private readonly SemaphoreSlim _entered = new(0);
    private readonly SemaphoreSlim _let = new(0);

    public HeldModel(int batchLimit = int.MaxValue) => Model = new TestModel
    {
        BatchLimit = batchLimit,
        Before = _ =>
        {
            _entered.Release();
            _let.WaitInTime();
        },
    };

    public TestModel Model { get; }

    /// <summary>Waits until a call is held.</summary>
    public Task Entered() => _entered.WaitInTimeAsync();

    /// <summary>Lets calls go.</summary>
    public void Let(int calls = 1) => _let.Release(calls);

    public void Dispose()
    {
        _entered.Dispose();
        _let.Dispose();
    }
}
