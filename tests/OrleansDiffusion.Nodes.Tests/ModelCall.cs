using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Nodes.Tests;

/// <summary>What a model was asked in a call, and by which thread.</summary>
internal sealed record ModelCall(int Rows, IReadOnlyList<Condition> Conditions, Thread Thread);
