namespace OrleansDiffusion.Models.Tests;

public sealed class MixtureFileTests : IDisposable
{
    private const string Good =
        """{"kind":"gaussian-mixture","shape":[2],"weights":[1,3],"means":[[0,1],[2,3.5]],"stddevs":[0.5,1e-1]}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("mixture-").FullName;

    /// <summary>What is replaced in a good file, by what, and the field that the message names.</summary>
    public static TheoryData<string, string, string> Mistakes => new()
    {
        { "[1,3]", "[1]", "means" },
        { "[1,3]", "[]", "weights" },
        { "[1,3]", "[1,0]", "weights[1]" },
        { "[1,3]", "[1,-1]", "weights[1]" },
        { "[1,3]", "[1,\"NaN\"]", "weights[1]" },
        { "[1,3]", "[1,\"Infinity\"]", "weights[1]" },
        { "[1,3]", "[1,NaN]", "weights[1]" },
        { "[1,3]", "[1,null]", "weights[1]" },
        { "[1,3]", "\"many\"", "weights" },
        { "\"weights\":[1,3],", "", "weights" },
        { "[0.5,1e-1]", "[0.5]", "stddevs" },
        { "[0.5,1e-1]", "[0.5,0]", "stddevs[1]" },
        { "[0.5,1e-1]", "[-0.5,1]", "stddevs[0]" },
        { "[0.5,1e-1]", "[\"NaN\",1]", "stddevs[0]" },
        { ",\"stddevs\":[0.5,1e-1]", "", "stddevs" },
        { "[2,3.5]]", "[2]]", "means[1]" },
        { "[2,3.5]]", "[2,3,4]]", "means[1]" },
        { "[2,3.5]]", "[2,\"NaN\"]]", "means[1][1]" },
        { "[2,3.5]]", "null]", "means[1]" },
        { ",[2,3.5]]", "]", "means" },
        { "\"means\":[[0,1],[2,3.5]],", "", "means" },
        { "\"shape\":[2]", "\"shape\":[]", "shape" },
        { "\"shape\":[2]", "\"shape\":[0]", "shape" },
        { "\"shape\":[2]", "\"shape\":[-2]", "shape" },
        { "\"shape\":[2]", "\"shape\":[2.5]", "shape" },
        { "\"shape\":[2]", "\"shape\":[100000,100000]", "shape" },
        { "\"shape\":[2],", "", "shape" },
        { "gaussian-mixture", "laplace-mixture", "kind" },
        { "\"kind\":\"gaussian-mixture\",", "", "kind" },
        { "\"shape\"", "\"colour\":3,\"shape\"", "colour" },
    };

    public static TheoryData<string> Ruins => ["", "null", "[]", "{", "7", "not json", Good + "}"];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_good_file_is_read_as_it_stands()
    {
        var parameters = MixtureFile.Read(Write(Good));

        Assert.Equal([2], parameters.Shape);
        Assert.Equal([1, 3], parameters.Weights);
        Assert.Equal([[0, 1], [2, 3.5]], parameters.Means);
        Assert.Equal([0.5, 0.1], parameters.Stddevs);
        using var mixture = new GaussianMixture(parameters);
        Assert.Equal([2], mixture.Shape);
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_one_line_that_names_the_file_and_the_field(string part, string replacement, string field)
    {
        Assert.Contains(part, Good, StringComparison.Ordinal);
        var path = Write(Good.Replace(part, replacement, StringComparison.Ordinal));

        var message = MessageFor(path);

        Assert.Contains(field, message[path.Length..], StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ruins))]
    public void A_file_of_something_else_is_one_line_that_names_it(string content) => MessageFor(Write(content));

    [Fact]
    public void A_missing_file_and_a_folder_are_one_line_that_names_them()
    {
        MessageFor(Path.Combine(_folder, "nothing.json"));
        MessageFor(Path.Combine(_folder, "no-folder", "nothing.json"));
        MessageFor(_folder);
    }

    private static string MessageFor(string path)
    {
        var message = Assert.Throws<ModelFormatException>(() => MixtureFile.Read(path)).Message;
        Assert.StartsWith(path + ": ", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        Assert.InRange(message.Length, path.Length + 10, path.Length + 300);
        return message;
    }

    private string Write(string content)
    {
        var path = Path.Combine(_folder, "mixture.json");
        File.WriteAllText(path, content);
        return path;
    }
}
