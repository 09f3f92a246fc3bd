using OrleansDiffusion.Sampling.Picard;
using OrleansDiffusion.Sampling.Steps;
using OrleansDiffusion.Sampling.Tests.Denoisers;
using OrleansDiffusion.Tests;

namespace OrleansDiffusion.Sampling.Tests.Picard;

/// <summary>A run that goes on from another's iterates, and what stands for them where the runs behind are started.</summary>
public sealed class IterateTests
{
    private const int Samples = 3;
    private const int Elements = 7;
    private static readonly bool[] All = [true, true, true];

    private readonly MixtureRows _denoiser = new(Mixtures.Random(3, Elements));

    public static TheoryData<string> Blocks => [.. TestBlocks.Names];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Who_reads_a_runs_iterates_goes_on_as_it_does(string name)
    {
        var block = TestBlocks.Named(name);
        using var entry = TestBlocks.Entry(block, Samples, Elements);
        using var first = NodeOver(block, Linearization.Drift);
        using var second = NodeOver(block, Linearization.Drift);
        first.Start(entry, FirstIterate.Rolled);
        Sweep(first, entry);
        Sweep(first, entry);

        var samples = second.ReadIterates(first.WriteIterates([0, 2]));

        Assert.Equal([0, 2], samples);
        bool[] read = [true, false, true];
        AssertSameExits(first, second);
        first.Evaluate(_denoiser, All, TestContext.Current.CancellationToken);
        second.Evaluate(_denoiser, read, TestContext.Current.CancellationToken);
        var (expected, updates) = (new double[Samples], new double[Samples]);
        first.Move(entry, All, expected);
        second.Move(entry, read, updates);
        Assert.Equal([expected[0], expected[2]], [updates[0], updates[2]]);
        AssertSameExits(first, second);
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Scout_asks_at_few_points_and_at_the_others_once_it_is_none(string name)
    {
        var block = TestBlocks.Named(name);
        using var entry = TestBlocks.Entry(block, Samples, Elements);
        using var node = NodeOver(block, Linearization.Secant);
        node.Start(entry, FirstIterate.Rolled);
        node.Scout([Scouting.None, Scouting.Third, Scouting.Point]);

        Assert.Equal(node.Steps + (node.Steps / 3) + 1, node.Evaluate(_denoiser, All, TestContext.Current.CancellationToken));

        node.Scout([Scouting.None, Scouting.None, Scouting.None]);
        Assert.Equal(
            (2 * node.Steps) - (node.Steps / 3) - 1, node.Evaluate(_denoiser, All, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Where_the_denoised_estimate_is_constant_one_point_tells_all()
    {
        var block = TestBlocks.Long("ddpm");
        using var entry = TestBlocks.Entry(block, Samples, Elements);
        using var scout = NodeOver(block, Linearization.Data);
        using var node = NodeOver(block, Linearization.Data);
        var constant = new SpyDenoiser(_denoiser, (_, _, _, denoised) => denoised.Fill(0.5f));
        foreach (var each in new[] { scout, node })
            each.Start(entry, FirstIterate.Copied);
        scout.Scout([Scouting.Point, Scouting.Third, Scouting.None]);

        foreach (var each in new[] { scout, node })
        {
            each.Evaluate(constant, All, TestContext.Current.CancellationToken);
            each.Move(entry, All, new double[Samples]);
        }

        AssertSameExits(node, scout);
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Gains_go_along(string name)
    {
        var block = TestBlocks.Named(name);
        using var entry = TestBlocks.Entry(block, Samples, Elements);
        using var first = NodeOver(block, Linearization.Secant);
        using var second = NodeOver(block, Linearization.Secant);
        first.Start(entry, FirstIterate.Copied);
        for (var i = 0; i < 3; i++)
            Sweep(first, entry);
        first.Evaluate(_denoiser, All, TestContext.Current.CancellationToken);

        second.ReadIterates(first.WriteIterates([0, 1, 2]));
        second.Evaluate(_denoiser, All, TestContext.Current.CancellationToken);

        var (mine, others) = (new AffineMap(Samples, Elements), new AffineMap(Samples, Elements));
        first.Fold(All, mine);
        second.Fold(All, others);
        Assert.Equal(mine.Write([0, 1, 2], hasMemory: true), others.Write([0, 1, 2], hasMemory: true));
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Map_to_an_iterates_end_forgets_what_enters(string name)
    {
        var block = TestBlocks.Named(name);
        var hasMemory = block.SecondState != SecondState.None;
        using var entry = TestBlocks.Entry(block, Samples, Elements);
        using var node = NodeOver(block, Linearization.Secant);
        using var exit = new BlockState(Samples, Elements);
        using var anything = TestBlocks.Entry(block, Samples, Elements);
        node.Start(entry, FirstIterate.Rolled);
        Sweep(node, entry);
        var map = new AffineMap(Samples, Elements);

        for (var n = 0; n < Samples; n++)
        {
            node.FoldIterate(n, map);
            map.Apply(n, anything.X(n), anything.Y(n));

            node.CopyExit(n, exit);
            Assert.Equal(exit.X(n), anything.X(n));
            if (hasMemory)
                Assert.Equal(exit.Y(n), anything.Y(n));
        }
    }

    [Fact]
    public void Iterates_of_other_steps_are_refused()
    {
        var block = TestBlocks.Named("ddpm");
        using var entry = TestBlocks.Entry(block, Samples, Elements);
        using var node = NodeOver(block, Linearization.Secant);
        using var shorter = TestBlocks.NodeOver(block, ..^1, Samples, Elements, Linearization.Secant, composed: true);
        node.Start(entry, FirstIterate.Rolled);
        var bytes = node.WriteIterates([0]);

        Assert.Equal(bytes.Length, node.BytesOfIterates(1));
        Assert.Throws<InvalidDataException>(() => shorter.ReadIterates(bytes));
        Assert.Throws<InvalidDataException>(() => node.ReadIterates(bytes.AsSpan(..^4)));
    }

    private static PicardNode NodeOver(Block block, Linearization linearization) =>
        TestBlocks.NodeOver(block, .., Samples, Elements, linearization, composed: true);

    private void Sweep(PicardNode node, BlockState entry)
    {
        node.Evaluate(_denoiser, All, TestContext.Current.CancellationToken);
        node.Move(entry, All, new double[Samples]);
    }

    private static void AssertSameExits(PicardNode first, PicardNode second)
    {
        using var expected = new BlockState(Samples, Elements);
        using var exit = new BlockState(Samples, Elements);
        foreach (var n in new[] { 0, 2 })
        {
            first.CopyExit(n, expected);
            second.CopyExit(n, exit);
            Assert.Equal(expected.X(n), exit.X(n));
            Assert.Equal(expected.Y(n), exit.Y(n));
            Assert.Equal(expected.Denoised(n), exit.Denoised(n));
        }
    }
}
