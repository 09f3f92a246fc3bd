using System.Collections.Immutable;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Noise;
using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Schedules;

namespace OrleansDiffusion.Nodes.Tests;

/// <summary>A node over four steps for two samples, at which all eight rows are due.</summary>
internal sealed class TestNode : IDisposable
{
    public const int Samples = 2;
    public const int Rows = 4 * Samples;

    private static readonly Timeline Timeline =
        Timeline.Create(new TimelineOptions { Steps = 4 }, DiscreteSchedule.Linear());

    private static readonly NormalNoise Noise = new(seed: 5);

    private readonly BlockState _entry = new(Samples, TestModel.Elements);

    /// <summary>A node.</summary>
    /// <param name="batch">Its batch, whose noise it has.</param>
    /// <param name="label">What its samples are asked to show.</param>
    public TestNode(int batch = 0, int? label = null)
    {
        ImmutableArray<Condition> conditions = label is { } known ? [new Condition(known)] : [];
        for (var n = 0; n < Samples; n++)
            Noise.Fill(_entry.X(n), (uint)((batch * Samples) + n), NoiseAddress.Initial);
        Node = new PicardNode(
            Timeline.Blocks[0].Steps, hasMemory: false, batch * Samples, Samples, TestModel.Elements,
            Linearization.Data, Noise, conditions);
        Node.Start(_entry, FirstIterate.Rolled);
    }

    public PicardNode Node { get; }

    public bool[] Active { get; } = [true, true];

    /// <summary>What leaves the node after a sweep with what it was last evaluated to.</summary>
    public float[] Move()
    {
        Node.Move(_entry, Active, new double[Samples]);
        using var exit = new BlockState(Samples, TestModel.Elements);
        Node.CopyExit(0, exit);
        Node.CopyExit(1, exit);
        return [.. exit.X(0), .. exit.X(1)];
    }

    /// <summary>What leaves the node of a batch if it is evaluated alone, here and now.</summary>
    public static float[] Expected(int batch)
    {
        using var alone = new TestNode(batch);
        alone.Node.Evaluate(new TestModel(), alone.Active, TestContext.Current.CancellationToken);
        return alone.Move();
    }

    public void Dispose()
    {
        Node.Dispose();
        _entry.Dispose();
    }
}
