using OrleansDiffusion.Cli.Commands;
using OrleansDiffusion.Sampling;

namespace OrleansDiffusion.Cli.Tests;

public class LabelOptionTests
{
    [Theory]
    [InlineData("3", new[] { 3 })]
    [InlineData("0..3", new[] { 0, 1, 2, 3 })]
    [InlineData("7..7", new[] { 7 })]
    [InlineData("4,0,2,0", new[] { 4, 0, 2, 0 })]
    [InlineData("8, 0..2", new[] { 8, 0, 1, 2 })]
    public void Labels_are_read_in_their_order(string text, int[] labels) =>
        Assert.Equal(labels, LabelOption.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("cat")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("9..0")]
    [InlineData("0..")]
    [InlineData("..9")]
    [InlineData("0..4..9")]
    [InlineData("1,,2")]
    [InlineData("99999999999")]
    public void What_is_no_label_is_refused_and_shown_how_it_should_look(string text)
    {
        var error = Assert.Throws<InvalidOptionException>(() => LabelOption.Parse(text));

        Assert.Equal(
            $"label must be a label such as 3, a range such as 0..9 or a list such as 0,2,4, was {text}",
            error.Message);
    }

    [Theory]
    [InlineData("0..2147483647")]
    [InlineData("0..65535,3")]
    public void A_list_that_no_model_could_need_is_refused(string text)
    {
        var error = Assert.Throws<InvalidOptionException>(() => LabelOption.Parse(text));

        Assert.Equal($"label must list at most 65536 labels, was {text}", error.Message);
    }
}
