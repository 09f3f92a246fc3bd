using System.Runtime.CompilerServices;
using OrleansDiffusion.Storage.Objects;

namespace OrleansDiffusion.Silo.Tests.Fixtures;

/// <summary>Memory that the grid does not take for each silo's own; a test may hold its calls up or have them fail.</summary>
internal sealed class AlteredStore : IObjectStore
{
    /// <summary>What it holds, which nothing holds up.</summary>
    public MemoryObjectStore Memory { get; } = new();

    /// <summary>Done before an object is read; told its name.</summary>
    public Func<string, Task> BeforeRead { get; set; } = _ => Task.CompletedTask;

    /// <summary>Done before an object is written; told its name.</summary>
    public Func<string, Task> BeforeWrite { get; set; } = _ => Task.CompletedTask;

    /// <summary>Done before objects are listed; told their prefix.</summary>
    public Func<string, Task> BeforeList { get; set; } = _ => Task.CompletedTask;

    public async Task<StoredObject?> Read(string name, CancellationToken cancellationToken)
    {
        await BeforeRead(name);
        return await Memory.Read(name, cancellationToken);
    }

    public async Task<string> Write(
        string name, ReadOnlyMemory<byte> content, WriteCondition condition, CancellationToken cancellationToken)
    {
        await BeforeWrite(name);
        return await Memory.Write(name, content, condition, cancellationToken);
    }

    public Task Delete(string name, CancellationToken cancellationToken) => Memory.Delete(name, cancellationToken);

    public Task Delete(string name, string version, CancellationToken cancellationToken) =>
        Memory.Delete(name, version, cancellationToken);

    public async IAsyncEnumerable<string> List(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await BeforeList(prefix);
        await foreach (var name in Memory.List(prefix, cancellationToken))
            yield return name;
    }
}
