using OrleansDiffusion.Grid.Planning;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Nodes.Tests.Planning;

public sealed class ChoicesTests
{
    [Fact]
    public void Every_value_has_a_name_that_reads_back()
    {
        AssertComplete(Choices.Samplers);
        AssertComplete(Choices.Spacings);
        AssertComplete(Choices.FinalSigmas);
        AssertComplete(Choices.Linearizations);
        AssertComplete(Choices.Starts);
        Assert.All(Choices.Schedules.Names, name => Assert.Equal(name, Choices.Schedules.Read(name).Name));

        static void AssertComplete<T>(NamedChoice<T> choice)
            where T : struct, Enum
        {
            Assert.Equal(Enum.GetValues<T>().Order(), choice.Names.Select(choice.Read).Order());
            Assert.All(Enum.GetValues<T>(), value => Assert.Equal(value, choice.Read(choice.NameOf(value))));
        }
    }

    [Theory]
    [InlineData("euler")]
    [InlineData("DDPM")]
    [InlineData("")]
    [InlineData(null)]
    public void Other_names_are_refused_with_those_that_there_are(string? name)
    {
        var refusal = Assert.Throws<InvalidOptionException>(() => Choices.Samplers.Read(name));

        Assert.Equal(
            $"sampler must be one of ddpm, ddim, dpm++2m, piadm-sde, piadm-ode, was {name}", refusal.Message);
    }
}
