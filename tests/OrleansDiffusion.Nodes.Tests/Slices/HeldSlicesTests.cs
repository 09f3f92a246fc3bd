using OrleansDiffusion.Contracts.Keys;
using OrleansDiffusion.Nodes.Slices;

namespace OrleansDiffusion.Nodes.Tests.Slices;

public sealed class HeldSlicesTests
{
    private static readonly SliceKey First = new(new BatchKey("job", 0), 1, 0, 2);
    private static readonly SliceKey Second = new(new BatchKey("job", 0), 2, 1, 2);
    private static readonly SliceKey Other = new(new BatchKey("other", 3), 1, 0, 1);

    private readonly HeldSlices _held = new();

    [Fact]
    public void Batches_are_those_of_the_slices_that_are_here()
    {
        Assert.True(_held.TryAdd(First));
        Assert.True(_held.TryAdd(Second));
        Assert.True(_held.TryAdd(Other));
        Assert.Equal(["job/0", "other/3"], _held.Batches.Select(batch => batch.ToString()).Order());

        _held.Remove(First);
        _held.Remove(Other);

        Assert.Equal([First.Batch], _held.Batches);
    }

    [Fact]
    public void A_silo_that_leaves_lets_slices_in_until_none_is_here()
    {
        Assert.True(_held.TryAdd(First));
        Assert.False(_held.TryClose());
        Assert.True(_held.TryAdd(Second));
        _held.Remove(First);
        _held.Remove(Second);

        Assert.True(_held.TryClose());

        Assert.False(_held.TryAdd(Other));
        Assert.Empty(_held.Batches);
    }
}
