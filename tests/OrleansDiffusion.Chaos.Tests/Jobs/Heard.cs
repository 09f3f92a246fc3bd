using OrleansDiffusion.Contracts.Jobs;

namespace OrleansDiffusion.Chaos.Tests.Jobs;

/// <summary>A progress message.</summary>
/// <param name="At">When it came, a timestamp.</param>
/// <param name="Progress">What it says.</param>
internal sealed record Heard(long At, JobProgress Progress);
