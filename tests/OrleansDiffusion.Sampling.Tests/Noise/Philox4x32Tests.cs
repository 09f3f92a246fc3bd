using OrleansDiffusion.Sampling.Noise;
using static OrleansDiffusion.Sampling.Tests.Noise.PhiloxTable;

namespace OrleansDiffusion.Sampling.Tests.Noise;

public sealed class Philox4x32Tests
{
    [Fact]
    public void Known_answers_of_Random123()
    {
        Assert.Equal(3, Instance.KnownAnswers.Count);
        Assert.All(Instance.KnownAnswers, answer =>
        {
            uint[] counter = [.. answer.Counter.Select(Word)];
            ulong key = ((ulong)Word(answer.Key[1]) << 32) | Word(answer.Key[0]);

            (uint r0, uint r1, uint r2, uint r3) =
                Philox4x32.Permute((counter[0], counter[1], counter[2], counter[3]), key);

            Assert.Equal(answer.Output.Select(Word), [r0, r1, r2, r3]);
        });
    }

    [Fact]
    public void Raw_outputs_of_the_golden_table()
    {
        Assert.Equal(36, Instance.Rows.Count);
        Assert.All(Instance.Rows, row =>
        {
            var actual = new List<uint>();
            for (uint block = 0; block < 2; block++)
            {
                (uint r0, uint r1, uint r2, uint r3) =
                    Philox4x32.Permute((block, row.Step, row.Sample, row.Stream), row.Seed);
                actual.AddRange([r0, r1, r2, r3]);
            }

            Assert.Equal(row.Raw.Select(Word), actual);
        });
    }
}
