using OrleansDiffusion.Grid.Planning;
using OrleansDiffusion.Contracts.Jobs;
using OrleansDiffusion.Nodes.Planning;
using OrleansDiffusion.Sampling;
using OrleansDiffusion.Sampling.Picard;

namespace OrleansDiffusion.Nodes.Tests.Planning;

/// <summary>Requests know nothing of the samplers' options; their defaults are the same all the same.</summary>
public sealed class RequestDefaultsTests
{
    private static readonly SamplingRequest Usual = new() { Model = "any" };

    [Fact]
    public void The_grid_of_a_request_is_by_default_that_of_the_samplers()
    {
        using var model = new OrleansDiffusion.Models.Model("any", "", new ShapedDenoiser(2), Schedule: null);

        Assert.Equal(new TimelineOptions(), RequestOptions.Timeline(Usual, model));
    }

    [Fact]
    public void The_iteration_of_a_request_is_by_default_that_of_the_samplers() =>
        Assert.Equal(new PicardOptions(), Choices.Picard(Usual));

    [Fact]
    public void The_first_name_of_a_choice_is_the_default_of_a_request()
    {
        Assert.Equal(Choices.Samplers.Names[0], Usual.Sampler);
        Assert.Equal(Choices.FinalSigmas.Names[0], Usual.FinalSigma);
        Assert.Equal(Choices.Linearizations.Names[0], Usual.Linearization);
        Assert.Equal(Choices.Starts.Names[0], Usual.Start);
        Assert.Equal(Choices.Spacings.NameOf(new TimelineOptions().Spacing), Choices.Spacings.Names[0]);
    }
}
