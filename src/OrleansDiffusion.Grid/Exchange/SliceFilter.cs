using System.Globalization;
using OrleansDiffusion.Contracts.Sweeps;
using Orleans.Streams.Filtering;

namespace OrleansDiffusion.Grid.Exchange;

/// <summary>Maps go only to the slices that need them; asked where a stream's queue is, before anything is sent.</summary>
internal sealed class SliceFilter : IStreamFilter
{
    /// <summary>What a slice subscribes with.</summary>
    public static string Of(int slice) => slice.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public bool ShouldDeliver(StreamId streamId, object item, string? filterData) =>
        item is not Folded folded || string.IsNullOrEmpty(filterData)
        || folded.For.Contains(int.Parse(filterData, CultureInfo.InvariantCulture));
}
