using OrleansDiffusion.Contracts.Sweeps;
using OrleansDiffusion.Grid.Exchange;

namespace OrleansDiffusion.Grid.Tests.Exchange;

public sealed class SliceFilterTests
{
    private static readonly StreamId Stream = StreamId.Create("slices", "job");
    private static readonly Folded Maps = new(1, 1, 0, FoldPhase.Sweep, [], [2, 11]);

    private readonly SliceFilter _filter = new();

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(11, true)]
    public void Maps_go_to_the_slices_that_need_them(int slice, bool isDelivered) =>
        Assert.Equal(isDelivered, _filter.ShouldDeliver(Stream, Maps, SliceFilter.Of(slice)));

    [Fact]
    public void What_the_supervisor_says_goes_to_all() =>
        Assert.True(_filter.ShouldDeliver(Stream, new Go(1, 1, 0, [], [], []), SliceFilter.Of(1)));

    [Fact]
    public void Who_did_not_say_what_it_needs_gets_everything() => Assert.True(_filter.ShouldDeliver(Stream, Maps, ""));
}
