namespace OrleansDiffusion.Silo.Tests.Fixtures;

/// <summary>A call of a model: how many rows, and by which thread.</summary>
internal sealed record ModelCall(int Rows, Thread Thread);
