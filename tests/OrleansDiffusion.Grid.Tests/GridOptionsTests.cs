using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Grid.Tests;

public sealed class GridOptionsTests
{
    public static TheoryData<string, Action<GridOptions>> Refused() => new()
    {
        { nameof(GridOptions.Streams), options => options.Streams = "" },
        { nameof(GridOptions.SweepTimeout), options => options.SweepTimeout = TimeSpan.Zero },
        { nameof(GridOptions.SweepPatience), options => options.SweepPatience = TimeSpan.FromSeconds(-1) },
        { nameof(GridOptions.PingTimeout), options => options.PingTimeout = TimeSpan.Zero },
        { nameof(GridOptions.StallInterval), options => options.StallInterval = TimeSpan.Zero },
        { nameof(GridOptions.HandOverTimeout), options => options.HandOverTimeout = TimeSpan.Zero },
        { nameof(GridOptions.Suspicion), options => options.Suspicion = TimeSpan.FromSeconds(-1) },
        { nameof(GridOptions.CopyShare), options => options.CopyShare = -0.1 },
        { nameof(GridOptions.CopyShare), options => options.CopyShare = double.NaN },
        { nameof(GridOptions.CheckpointInterval), options => options.CheckpointInterval = TimeSpan.FromSeconds(-1) },
        { nameof(GridOptions.MaxRecoveries), options => options.MaxRecoveries = -1 },
        { nameof(GridOptions.BatchesAtOnce), options => options.BatchesAtOnce = 0 },
        { nameof(GridOptions.MostQueued), options => options.MostQueued = 0 },
        { nameof(GridOptions.Ageing), options => options.Ageing = TimeSpan.Zero },
        { nameof(GridOptions.RecoveryDelay), options => options.RecoveryDelay = TimeSpan.FromSeconds(-1) },
    };

    [Fact]
    public void Usual_options_and_direct_calls_are_taken()
    {
        new GridOptions().Validate();
        new GridOptions
        {
            Streams = null, MaxRecoveries = 0, RecoveryDelay = TimeSpan.Zero, SweepPatience = TimeSpan.Zero,
            Suspicion = TimeSpan.Zero, CheckpointInterval = Timeout.InfiniteTimeSpan,
        }.Validate();
    }

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public void What_is_out_of_its_range_is_refused_by_name(string option, Action<GridOptions> set)
    {
        var options = new GridOptions();
        set(options);

        Assert.Equal(option, Assert.Throws<InvalidOptionException>(options.Validate).Option);
    }
}
