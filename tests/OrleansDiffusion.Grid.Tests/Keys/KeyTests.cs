using OrleansDiffusion.Contracts.Keys;

namespace OrleansDiffusion.Grid.Tests.Keys;

public sealed class KeyTests
{
    private static readonly BatchKey Batch = new("a-of-job", 12);

    [Fact]
    public void Keys_are_read_as_they_are_written()
    {
        Assert.Equal("a-of-job/12", Batch.ToString());
        Assert.Equal(Batch, BatchKey.Parse(Batch.ToString()));

        var slice = new SliceKey(Batch, 7, 2, 3);
        Assert.Equal("a-of-job/12/7/2-of-3", slice.ToString());
        Assert.Equal(slice, SliceKey.Parse(slice.ToString()));

        var node = new NodeKey(Batch, 7, 4, 9999, 10_000);
        Assert.Equal("a-of-job/12/7/4/9999-of-10000", node.ToString());
        Assert.Equal(node, NodeKey.Parse(node.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("job")]
    [InlineData("job/")]
    [InlineData("/1")]
    [InlineData("job/x")]
    [InlineData("job/-1")]
    [InlineData("job/+1")]
    [InlineData("job/ 1")]
    [InlineData("job/99999999999")]
    [InlineData("job/1/2")]
    public void What_is_no_batch_is_refused(string key) => Assert.Contains(
        key, Assert.Throws<FormatException>(() => BatchKey.Parse(key)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("job/1")]
    [InlineData("job/1/2")]
    [InlineData("job/1/0-of-2")]
    [InlineData("job/1/3/2-of-")]
    [InlineData("job/1/3/-of-2")]
    [InlineData("job/1/3/2-of-2")]
    [InlineData("job/1/3/0-of-0")]
    [InlineData("job/1/3/1-of-2-of-3")]
    [InlineData("job/1/3/0-of-2/3")]
    [InlineData("job/1/x/0-of-2")]
    public void What_is_no_slice_is_refused(string key) => Assert.Throws<FormatException>(() => SliceKey.Parse(key));

    [Theory]
    [InlineData("job/1/0-of-2")]
    [InlineData("job/1/3/0-of-2")]
    [InlineData("job/1/3/x/0-of-2")]
    [InlineData("job/1/3/0/2-of-2")]
    [InlineData("job/1/3/0/0-of-2/0")]
    public void What_is_no_node_is_refused(string key) => Assert.Throws<FormatException>(() => NodeKey.Parse(key));
}
