namespace OrleansDiffusion.Sampling.Picard;

/// <summary>A block that is being swept: its iterates, and what enters it as far as it is known.</summary>
internal sealed record OpenBlock(Block Block, PicardNode Node, BlockState Entry) : IDisposable
{
    public void Dispose()
    {
        Node.Dispose();
        Entry.Dispose();
    }
}
