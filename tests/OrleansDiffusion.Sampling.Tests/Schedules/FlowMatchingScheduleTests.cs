using OrleansDiffusion.Sampling.Schedules;
using OrleansDiffusion.Sampling.Steps;

namespace OrleansDiffusion.Sampling.Tests.Schedules;

public sealed class FlowMatchingScheduleTests
{
    [Fact]
    public void The_path_is_straight()
    {
        var schedule = new FlowMatchingSchedule();

        Assert.Equal(new NoiseLevel(0.75, 0.25, 0.25), schedule.At(0.25));
        Assert.Throws<ArgumentOutOfRangeException>(() => schedule.At(1.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => schedule.At(-0.1));
    }

    [Fact]
    public void Deterministic_DDIM_along_it_is_Eulers_method_for_the_flow()
    {
        var schedule = new FlowMatchingSchedule();
        var random = new Random(3);
        for (var trial = 0; trial < 1000; trial++)
        {
            var from = 1 - random.NextDouble();
            var to = from * random.NextDouble();

            var step = Ddim.Step(schedule.At(from), schedule.At(to), eta: 0, noise: default);

            // x' = x + (t' − t)(x − D)/t
            Assert.Equal(1 + ((to - from) / from), step.Sample.X, 1e-12);
            Assert.Equal((from - to) / from, step.Sample.D, 1e-12);
            Assert.False(step.DrawsNoise);
        }
    }
}
