namespace OrleansDiffusion.Streaming.Tests;

/// <summary>Puts what it receives into the <see cref="Inbox"/> of its key.</summary>
public interface IConsumerGrain : IGrainWithStringKey
{
    Task Subscribe(StreamId stream);

    Task Unsubscribe();
}
