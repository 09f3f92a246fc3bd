using System.Runtime.CompilerServices;
using OrleansDiffusion.Storage.Objects;

namespace OrleansDiffusion.Storage.Tests.Retries;

/// <summary>A store whose calls fail as the test says, before or after they are done.</summary>
/// <param name="store">What does them.</param>
internal sealed class FaultyStore(IObjectStore store) : IObjectStore
{
    private int _calls;

    public int Calls => _calls;

    /// <summary>Runs before a call is done; told which one it is, from 1.</summary>
    public Func<int, CancellationToken, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Runs after a call was done, before its answer is given.</summary>
    public Func<int, CancellationToken, Task> After { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>A failure, which may pass or not.</summary>
    public static Task Fail(bool mayPass = true) => throw new StoreException("503 ServerBusy", mayPass);

    public Task<StoredObject?> Read(string name, CancellationToken cancellationToken) =>
        Call(() => store.Read(name, cancellationToken), cancellationToken);

    public Task<string> Write(
        string name, ReadOnlyMemory<byte> content, WriteCondition condition, CancellationToken cancellationToken) =>
        Call(() => store.Write(name, content, condition, cancellationToken), cancellationToken);

    public Task Delete(string name, CancellationToken cancellationToken) =>
        Call(() => Done(store.Delete(name, cancellationToken)), cancellationToken);

    public Task Delete(string name, string version, CancellationToken cancellationToken) =>
        Call(() => Done(store.Delete(name, version, cancellationToken)), cancellationToken);

    public async IAsyncEnumerable<string> List(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var names = await Call(
            async () => await store.List(prefix, cancellationToken).ToListAsync(cancellationToken), cancellationToken);
        foreach (var name in names)
            yield return name;
    }

    private static async Task<bool> Done(Task task)
    {
        await task;
        return true;
    }

    private async Task<T> Call<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _calls);
        await Before(number, cancellationToken);
        var result = await call();
        await After(number, cancellationToken);
        return result;
    }
}
