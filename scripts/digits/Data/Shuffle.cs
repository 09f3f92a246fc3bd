namespace OrleansDiffusion.Digits.Data;

/// <summary>
/// The order in which images are trained on: every epoch has all of them once, in an order of its own. It is a function
/// of the seed and the step, so a resumed training goes on as it would have gone on.
/// </summary>
/// <param name="count">Number of images.</param>
/// <param name="seed">Of the training.</param>
internal sealed class Shuffle(int count, int seed)
{
    private long _epoch = -1;
    private int[] _order = [];

    /// <summary>The images of a step.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="batch">Images a step.</param>
    public int[] Indices(long step, int batch) =>
        [.. Enumerable.Range(0, batch).Select(i => At((step * batch) + i))];

    private int At(long position)
    {
        var epoch = position / count;
        if (epoch != _epoch)
        {
            _order = [.. Enumerable.Range(0, count)];
            new Random(Seeds.Of(seed, epoch)).Shuffle(_order);
            _epoch = epoch;
        }

        return _order[position % count];
    }
}
