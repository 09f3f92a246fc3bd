using OrleansDiffusion.Sampling.Schedules;

namespace OrleansDiffusion.Sampling.Tests.Schedules;

public sealed class DiscreteScheduleTests
{
    public static TheoryData<string, double, double> Ends => new()
    {
        { "linear", 0.9999, 4.0358e-5 },
        { "scaled-linear", 0.99915, 4.6602e-3 },
        { "cosine", 1 - 4.1284e-5, 2.4288e-9 },
    };

    public static TheoryData<string> Names => ["linear", "scaled-linear", "cosine"];

    [Theory]
    [MemberData(nameof(Ends))]
    public void Alpha_bar_runs_between_the_known_ends(string name, double first, double last)
    {
        var schedule = Named(name);

        Assert.Equal(name, schedule.Name);
        Assert.Equal(1000, schedule.TrainSteps);
        Assert.Equal(first, schedule.AlphaBars[0], 1e-8);
        Assert.InRange(schedule.AlphaBars[^1] / last, 1 - 1e-4, 1 + 1e-4);
        Assert.Equal(-Math.Log(schedule.AlphaBars[^1]), schedule.MaxOuTime);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Alpha_bar_falls_at_every_timestep(string name)
    {
        var alphaBars = Named(name).AlphaBars;

        Assert.All(alphaBars.Zip(alphaBars.Skip(1)), pair => Assert.True(pair.First > pair.Second));
    }

    [Fact]
    public void The_cosine_schedule_follows_its_curve_where_betas_are_not_capped()
    {
        var alphaBars = DiscreteSchedule.Cosine().AlphaBars;

        Assert.All(Enumerable.Range(0, 999), i =>
            Assert.Equal(Curve((i + 1) / 1000.0) / Curve(0), alphaBars[i], 1e-12));

        static double Curve(double t) => Math.Pow(Math.Cos((t + 0.008) / 1.008 * Math.PI / 2), 2);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_level_lies_on_the_circle_and_at_its_timestep_on_the_table(string name)
    {
        var schedule = Named(name);
        for (var timestep = 0; timestep < 1000; timestep++)
        {
            var level = schedule.At(timestep);
            Assert.Equal(schedule.AlphaBars[timestep], level.Alpha * level.Alpha, 1e-15);
            Assert.Equal(1, (level.Alpha * level.Alpha) + (level.Sigma * level.Sigma), 1e-15);
            Assert.Equal(timestep, level.Time);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Timestep_and_OU_time_are_each_others_inverse(string name)
    {
        var schedule = Named(name);
        var random = new Random(11);
        for (var trial = 0; trial < 1000; trial++)
        {
            var time = random.NextDouble() * 999;
            var level = schedule.At(time);
            var back = schedule.AtOuTime(-2 * Math.Log(level.Alpha));

            Assert.Equal(time, back.Time, 1e-6);
            Assert.Equal(level.Alpha, back.Alpha, 1e-12);
            Assert.Equal(level.Sigma, back.Sigma, 1e-12);
        }
    }

    [Fact]
    public void OU_times_beyond_the_table_are_held_at_its_ends()
    {
        var schedule = DiscreteSchedule.Linear();

        Assert.Equal(0, schedule.AtOuTime(1e-6).Time);
        Assert.Equal(999, schedule.AtOuTime(schedule.MaxOuTime + 1).Time);
    }

    [Theory]
    [InlineData(-1e-9)]
    [InlineData(999.001)]
    [InlineData(double.NaN)]
    public void A_timestep_outside_the_table_is_refused(double time) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => DiscreteSchedule.Linear().At(time));

    [Fact]
    public void Betas_outside_zero_to_one_and_single_betas_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new DiscreteSchedule("own", [0.1]));
        Assert.Throws<ArgumentException>(() => new DiscreteSchedule("own", [0.1, 0]));
        Assert.Throws<ArgumentException>(() => new DiscreteSchedule("own", [0.1, 1]));
        Assert.Throws<ArgumentException>(() => new DiscreteSchedule("own", [double.NaN, 0.1]));
    }

    private static DiscreteSchedule Named(string name) => name switch
    {
        "linear" => DiscreteSchedule.Linear(),
        "scaled-linear" => DiscreteSchedule.ScaledLinear(),
        _ => DiscreteSchedule.Cosine(),
    };
}
