namespace OrleansDiffusion.Streaming.Tests;

/// <summary>An event with a name, a place in its publisher's order, and a payload that counts.</summary>
[GenerateSerializer]
[Immutable]
public sealed record TestEvent(string Publisher, int Number, byte[] Payload) : ISizedEvent
{
    public TestEvent(string publisher, int number)
        : this(publisher, number, [])
    {
    }

    public long Bytes => Payload.Length;
}
