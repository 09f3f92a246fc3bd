using OrleansDiffusion.Contracts.Manifests;
using OrleansDiffusion.Grid.Manifests;

namespace OrleansDiffusion.Grid.Tests.Manifests;

/// <summary>What lines of a manifest ask for.</summary>
public sealed class LineReaderTests
{
    // Otherwise whoever a gateway knows by a key would have as many turns as names.
    [Theory]
    [InlineData(null, "line")]
    [InlineData("caller", "caller")]
    public void Lines_have_the_submitter_of_the_terms_whatever_they_say(string? ofTerms, string expected)
    {
        var reader = new LineReader(new ManifestTerms("""{"model":"demo","submitter":"defaults"}""", Limits: null, ofTerms));

        var lines = reader.Read("""{"submitter":"line"}"""u8.ToArray(), firstNumber: 1);

        Assert.Equal(expected, Assert.Single(lines).Alike?.Submitter);
    }
}
