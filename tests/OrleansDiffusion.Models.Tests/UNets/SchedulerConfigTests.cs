using OrleansDiffusion.Models.Networks;
using OrleansDiffusion.Sampling.Schedules;
using OrleansDiffusion.Sampling.Steps;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Models.Tests.UNets;

public sealed class SchedulerConfigTests
{
    /// <summary>Options (JSON without braces), the name that the refusal starts with and words in it.</summary>
    public static TheoryData<string, string, string> Refused => new()
    {
        { "\"_class_name\":\"PNDMScheduler\"", "_class_name", "DDPMScheduler or DDIMScheduler" },
        { "\"beta_schedule\":\"sigmoid\"", "beta_schedule", "squaredcos_cap_v2" },
        { "\"beta_schedule\":null", "beta_schedule", "wrong kind" },
        { "\"prediction_type\":\"flow\"", "prediction_type", "v_prediction" },
        { "\"timestep_spacing\":\"even\"", "timestep_spacing", "trailing" },
        { "\"variance_type\":\"learned\"", "variance_type", "fixed_large" },
        { "\"variance_type\":\"learned_range\"", "variance_type", "fixed_large" },
        { "\"variance_type\":\"fixed_large_log\"", "variance_type", "fixed_large" },
        { "\"thresholding\":true", "thresholding", "not supported" },
        { "\"rescale_betas_zero_snr\":true", "rescale_betas_zero_snr", "not supported" },
        { "\"num_train_timesteps\":1", "num_train_timesteps", "2 to" },
        { "\"num_train_timesteps\":2000000", "num_train_timesteps", "2 to" },
        { "\"num_train_timesteps\":\"many\"", "num_train_timesteps", "wrong kind" },
        { "\"beta_start\":0", "beta_start", "between 0 and 1" },
        { "\"beta_end\":1", "beta_end", "between 0 and 1" },
        { "\"beta_end\":\"NaN\"", "beta_end", "wrong kind" },
        { "\"trained_betas\":[0.1,0.2]", "trained_betas", "num_train_timesteps (1000)" },
        { "\"num_train_timesteps\":2,\"trained_betas\":[0.1,1]", "trained_betas", "between 0 and 1" },
        { "\"num_train_timesteps\":2,\"trained_betas\":\"linear\"", "trained_betas", "wrong kind" },
        { "\"clip_sample_range\":0", "clip_sample_range", "positive" },
        { "\"clip_sample\":\"yes\"", "clip_sample", "wrong kind" },
        { "\"steps_offset\":-1", "steps_offset", "0 or more" },
        { "\"steps_offset\":1000", "steps_offset", "below" },
        { "\"skip_prk_steps\":true", "option skip_prk_steps", "not known" },
    };

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"_class_name":"DDIMScheduler"}""")]
    [InlineData("""{"_class_name":"DDPMScheduler","_diffusers_version":"0.19.3","trained_betas":null,"tensor_format":"pt"}""")]
    public void What_a_file_does_not_say_is_as_in_diffusers(string json)
    {
        var config = SchedulerConfig.Read(json);

        Assert.Equal(DiscreteSchedule.Linear(1000, 1e-4, 0.02).AlphaBars, config.Schedule().AlphaBars);
        Assert.Equal("linear", config.Schedule().Name);
        Assert.Equal(Prediction.Epsilon, config.Prediction());
        Assert.Equal((true, 1.0), (config.ClipSample, config.ClipSampleRange));
        Assert.Equal(new TimelineOptions(), config.Timeline());
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("scaled_linear")]
    [InlineData("squaredcos_cap_v2")]
    public void Each_beta_schedule_is_its_formula(string name)
    {
        const int Steps = 50;
        var betas = Enumerable.Range(0, Steps).Select(i => (double)i).Select(i => name switch
        {
            "linear" => 0.001 + ((0.3 - 0.001) * i / (Steps - 1)),
            "scaled_linear" => Math.Pow(Math.Sqrt(0.001) + ((Math.Sqrt(0.3) - Math.Sqrt(0.001)) * i / (Steps - 1)), 2),
            _ => Math.Min(0.999, 1 - (Cosine((i + 1) / Steps) / Cosine(i / Steps))),
        });

        var schedule = SchedulerConfig.Read(
            $$"""{"beta_schedule":"{{name}}","num_train_timesteps":50,"beta_start":0.001,"beta_end":0.3}""").Schedule();

        AssertHasBetas(betas, schedule);

        static double Cosine(double t) => Math.Pow(Math.Cos((t + 0.008) / 1.008 * Math.PI / 2), 2);
    }

    [Fact]
    public void Trained_betas_stand_in_place_of_a_schedule()
    {
        var schedule = SchedulerConfig.Read(
            """{"beta_schedule":"scaled_linear","num_train_timesteps":3,"trained_betas":[0.1,0.05,0.5]}""").Schedule();

        AssertHasBetas([0.1, 0.05, 0.5], schedule);
    }

    [Theory]
    [InlineData("\"prediction_type\":\"epsilon\"", Prediction.Epsilon)]
    [InlineData("\"prediction_type\":\"v_prediction\"", Prediction.Velocity)]
    [InlineData("\"prediction_type\":\"sample\"", Prediction.Sample)]
    [InlineData("\"predict_epsilon\":true", Prediction.Epsilon)]
    [InlineData("\"predict_epsilon\":false", Prediction.Sample)]
    [InlineData("\"predict_epsilon\":null", Prediction.Epsilon)]
    [InlineData("\"prediction_type\":\"v_prediction\",\"predict_epsilon\":true", Prediction.Velocity)]
    public void What_the_network_predicts_is_read(string options, Prediction expected) =>
        Assert.Equal(expected, SchedulerConfig.Read($"{{{options}}}").Prediction());

    [Fact]
    public void Clipping_is_read()
    {
        Assert.False(SchedulerConfig.Read("""{"clip_sample":false}""").ClipSample);
        Assert.Equal(2.5, SchedulerConfig.Read("""{"clip_sample_range":2.5}""").ClipSampleRange);
    }

    [Theory]
    [InlineData("leading", TimestepSpacing.Leading)]
    [InlineData("trailing", TimestepSpacing.Trailing)]
    [InlineData("linspace", TimestepSpacing.Linspace)]
    public void The_spacing_is_read(string name, TimestepSpacing expected) => Assert.Equal(
        new TimelineOptions { Spacing = expected },
        SchedulerConfig.Read($$"""{"timestep_spacing":"{{name}}"}""").Timeline());

    [Theory]
    [InlineData("fixed_small", DdpmVariance.FixedSmall)]
    [InlineData("fixed_small_log", DdpmVariance.FixedSmall)]
    [InlineData("fixed_large", DdpmVariance.FixedLarge)]
    public void The_variance_is_read(string name, DdpmVariance expected) => Assert.Equal(
        new TimelineOptions { Variance = expected },
        SchedulerConfig.Read($$"""{"variance_type":"{{name}}"}""").Timeline());

    [Fact]
    public void How_timesteps_are_walked_is_read() => Assert.Equal(
        new TimelineOptions { Steps = 200, StepsOffset = 1, SetAlphaToOne = false },
        SchedulerConfig.Read("""{"num_train_timesteps":400,"steps_offset":1,"set_alpha_to_one":false}""").Timeline());

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_cannot_be_done_is_refused_by_the_options_name(string options, string option, string reason)
    {
        var message = Assert.Throws<ModelFormatException>(() => SchedulerConfig.Read($"{{{options}}}")).Message;

        Assert.StartsWith($"{option} ", message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    private static void AssertHasBetas(IEnumerable<double> betas, DiscreteSchedule schedule)
    {
        var product = 1.0;
        var alphaBars = betas.Select(beta => product *= 1 - beta).ToArray();
        Assert.Equal(alphaBars.Length, schedule.TrainSteps);
        Assert.All(
            alphaBars.Zip(schedule.AlphaBars),
            pair => Assert.InRange(pair.Second, pair.First * (1 - 1e-10), pair.First * (1 + 1e-10)));
    }
}
