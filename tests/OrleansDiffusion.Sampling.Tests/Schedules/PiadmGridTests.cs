using OrleansDiffusion.Sampling.Schedules;

namespace OrleansDiffusion.Sampling.Tests.Schedules;

public sealed class PiadmGridTests
{
    [Theory]
    [InlineData(8, 59)]
    [InlineData(16, 114)]
    [InlineData(32, 225)]
    [InlineData(64, 446)]
    public void Early_blocks_are_uniform_and_the_last_one_shrinks(int stepsPerUnit, int stepsOfTheLast)
    {
        var blocks = PiadmGrid.Blocks(horizon: 8, blockLength: 1, step: 1.0 / stepsPerUnit, earlyStop: 1e-3);

        Assert.Equal(8, blocks.Length);
        Assert.All(blocks[..^1], times => Assert.Equal(stepsPerUnit + 1, times.Length));
        Assert.Equal(stepsOfTheLast + 1, blocks[^1].Length);
    }

    [Theory]
    [InlineData(8, 1, 0.03125, 1e-3)]
    [InlineData(6, 0.7, 0.05, 1e-2)]
    [InlineData(0.9, 2, 0.3, 1e-3)]
    [InlineData(5, 1, 1, 0.5)]
    [InlineData(3, 0.30000000000000004, 0.1, 1e-4)]
    [InlineData(9.21, 9.21, 0.01, 1e-4)]
    public void Blocks_join_and_lead_from_the_horizon_to_the_early_stop_in_steps_no_longer_than_asked(
        double horizon, double blockLength, double step, double earlyStop)
    {
        var blocks = PiadmGrid.Blocks(horizon, blockLength, step, earlyStop);

        Assert.Equal(horizon, blocks[0][0]);
        Assert.Equal(earlyStop, blocks[^1][^1]);
        Assert.All(blocks.Zip(blocks.Skip(1)), pair => Assert.Equal(pair.First[^1], pair.Second[0], 1e-12));
        Assert.All(blocks, times => Assert.All(times.Zip(times.Skip(1)), pair =>
            Assert.InRange(pair.First - pair.Second, double.Epsilon, step + 1e-9)));
        Assert.All(blocks[..^1], times => Assert.Equal(blockLength, times[0] - times[^1], 1e-9));
    }

    [Theory]
    [InlineData(8.0005, 8)]
    [InlineData(8.001, 8)]
    [InlineData(8.01, 9)]
    [InlineData(0.0015, 1)]
    public void No_block_lies_below_the_early_stop(double horizon, int blocks)
    {
        var grid = PiadmGrid.Blocks(horizon, blockLength: 1, step: 1.0 / 32, earlyStop: 1e-3);

        Assert.Equal(blocks, grid.Length);
        Assert.All(grid, block => Assert.True(block.Length >= 2));
        Assert.Equal(1e-3, grid[^1][^1]);
        Assert.All(grid.SelectMany(block => block.Zip(block.Skip(1))), step => Assert.True(step.First > step.Second));
    }
}
