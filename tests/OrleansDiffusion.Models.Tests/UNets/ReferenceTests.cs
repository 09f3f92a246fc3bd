using OrleansDiffusion.Models.UNets;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Tests.UNets;

/// <summary>Saved models, held against activations that diffusers computed.</summary>
public sealed class ReferenceTests
{
    private const double Limit = 1e-4;

    [Theory]
    [InlineData(Fixture.Tiny, 114, 163985)]
    [InlineData(Fixture.WithAttention, 208, 253123)]
    public void A_network_computes_what_diffusers_computes_with_every_weight(string name, int tensors, long parameters)
    {
        var found = UNetVerification.Of(Fixture.PathTo(name));

        Assert.Equal((tensors, parameters), (found.Tensors, found.Parameters));
        Assert.InRange(found.LargestDifference!.Value, 1e-9, Limit);
    }

    [Theory]
    [InlineData(Fixture.Tiny)]
    [InlineData(Fixture.WithAttention)]
    public void Attention_may_bear_its_old_names(string name)
    {
        using var fixture = new Fixture(name);
        var renamed = 0;

        fixture.ChangeWeights(weights =>
        {
            foreach (var present in weights.Keys.Where(key => key.Contains(".to_", StringComparison.Ordinal)).ToArray())
            {
                weights.Remove(present, out var weight);
                weights.Add(OldName(present), weight!);
                renamed++;
            }
        });

        Assert.True(renamed >= 8);
        Assert.Equal(UNetVerification.Of(Fixture.PathTo(name)), fixture.Verify());
    }

    [Theory]
    [InlineData(ScalarType.Float16, 1e-2)]
    [InlineData(ScalarType.BFloat16, 1e-1)]
    public void Weights_of_half_precision_are_computed_with_in_single(ScalarType type, double limit)
    {
        using var fixture = new Fixture(Fixture.WithAttention);
        using var rounded = new Fixture(Fixture.WithAttention);

        fixture.ChangeWeights(weights => Convert(weights, weight => weight.to(type)));
        rounded.ChangeWeights(weights => Convert(weights, weight => weight.to(type).to(ScalarType.Float32)));

        Assert.InRange(fixture.Verify().LargestDifference!.Value, Limit, limit);
        Assert.Equal(rounded.Verify(), fixture.Verify());

        static void Convert(Dictionary<string, Tensor> weights, Func<Tensor, Tensor> convert)
        {
            foreach (var name in weights.Keys.ToArray())
                weights[name] = convert(weights[name]);
        }
    }

    [Theory]
    [InlineData("unet")]
    [InlineData("scheduler")]
    [InlineData("unet", "scheduler")]
    public void Files_may_lie_in_the_folder_itself(params string[] emptied)
    {
        using var fixture = new Fixture(Fixture.Tiny);

        foreach (var folder in emptied)
        {
            foreach (var file in Directory.GetFiles(fixture.PathOf(folder)))
                File.Move(file, fixture.PathOf(Path.GetFileName(file)));
            Directory.Delete(fixture.PathOf(folder));
        }

        Assert.Equal(UNetVerification.Of(Fixture.PathTo(Fixture.Tiny)), fixture.Verify());
    }

    [Fact]
    public void Without_a_reference_nothing_is_compared()
    {
        using var fixture = new Fixture(Fixture.Tiny);

        File.Delete(fixture.PathOf("reference.safetensors"));

        Assert.Equal(new UNetVerification(114, 163985, null), fixture.Verify());
    }

    [Fact]
    public void A_reference_of_classes_is_computed_with_them()
    {
        using var fixture = new Fixture(Fixture.Tiny);
        fixture.AddClasses(4);

        Assert.Contains("reference.safetensors: does not fit", RefusalOf(fixture), StringComparison.Ordinal);
        fixture.ChangeReference(reference => reference["class_labels"] = tensor(new[] { 0L, 3, 1 }));

        Assert.InRange(fixture.Verify().LargestDifference!.Value, 1e-3, 10);
    }

    [Theory]
    [InlineData("x", "x")]
    [InlineData("t", "t")]
    [InlineData("out", "out")]
    public void A_reference_without_a_part_is_refused_by_its_name(string part, string named)
    {
        using var fixture = new Fixture(Fixture.Tiny);

        fixture.ChangeReference(reference => reference.Remove(part));

        Assert.Contains($"reference.safetensors: has no tensor '{named}'", RefusalOf(fixture), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x", new long[] { 3, 2, 8, 8 }, "does not fit the network")]
    [InlineData("x", new long[] { 3, 1, 7, 8 }, "does not fit the network")]
    [InlineData("t", new long[] { 2 }, "does not fit the network")]
    [InlineData("out", new long[] { 1 }, "out must have the shape [3, 1, 8, 8]")]
    public void A_reference_of_another_shape_is_refused(string part, long[] shape, string reason)
    {
        using var fixture = new Fixture(Fixture.Tiny);

        fixture.ChangeReference(reference => reference[part] = Numbers.Random(1, shape));

        Assert.Contains($"reference.safetensors: {reason}", RefusalOf(fixture), StringComparison.Ordinal);
    }

    private static string OldName(string name) => name
        .Replace(".to_q.", ".query.", StringComparison.Ordinal)
        .Replace(".to_k.", ".key.", StringComparison.Ordinal)
        .Replace(".to_v.", ".value.", StringComparison.Ordinal)
        .Replace(".to_out.0.", ".proj_attn.", StringComparison.Ordinal);

    private static string RefusalOf(Fixture fixture) => Assert.Throws<ModelFormatException>(fixture.Verify).Message;
}
