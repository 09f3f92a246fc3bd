namespace OrleansDiffusion.Streaming.Tests;

/// <summary>Publishes from the silo that it is on.</summary>
public interface IPublisherGrain : IGrainWithStringKey
{
    /// <summary>Publishes events one after the other.</summary>
    Task Publish(StreamId stream, params TestEvent[] events);
}
