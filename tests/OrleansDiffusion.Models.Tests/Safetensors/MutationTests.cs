using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansDiffusion.Models.Tests.Safetensors;

/// <summary>Changes good files at random: whatever comes out is read, or refused in one line.</summary>
public sealed class MutationTests : IDisposable
{
    private const int Rounds = 500;

    // What a careless reader stumbles over.
    private static readonly string[] Pieces =
    [
        "0", "1", "-1", "9223372036854775807", "18446744073709551615", "1e400", "[", "]", "{", "}", "\"", ",", ":",
        "\\", "\\ud800", "null", "\"a\"", "\"shape\":", "\"dtype\":\"F32\",", "\"__metadata__\":", "\n", " ", "\0", "é",
    ];

    private readonly ScratchFile _scratch = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 10)];

    public void Dispose()
    {
        _scope.Dispose();
        _scratch.Dispose();
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Changed_bytes_give_a_file_or_a_refusal(int seed)
    {
        var random = new Random(seed);
        var good = GoodFile(seed);
        var header = 8 + (int)BitConverter.ToInt64(good);
        var read = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var bad = good.ToArray();
            for (var change = random.Next(1, 4); change > 0; change--)
                bad[random.Next(header)] = (byte)random.Next(256);
            _scratch.WriteBytes(bad);
            read += _scratch.TryLoadAll() ? 1 : 0;
        }

        Assert.InRange(read, 1, Rounds / 2); // a changed name is as good as another
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Changed_text_gives_a_file_or_a_refusal(int seed)
    {
        var random = new Random(seed);
        var good = GoodFile(seed);
        var header = Encoding.UTF8.GetString(good, 8, (int)BitConverter.ToInt64(good));
        var data = good.Length - 8 - Encoding.UTF8.GetByteCount(header);
        var read = 0;
        for (var round = 0; round < Rounds; round++)
        {
            _scratch.WriteBytes(ScratchFile.Bytes(Changed(header, random), data));
            read += _scratch.TryLoadAll() ? 1 : 0;
        }

        Assert.InRange(read, 1, Rounds / 2);
    }

    // A piece in place of some characters, of a whole number, or of nothing.
    private static string Changed(string header, Random random)
    {
        var start = random.Next(header.Length);
        var length = 0;
        if (char.IsAsciiDigit(header[start]))
            length = header.AsSpan(start).IndexOfAnyExceptInRange('0', '9');
        else if (random.Next(2) == 0)
            length = random.Next(Math.Min(12, header.Length - start));
        return header[..start] + random.GetItems(Pieces, 1)[0] + header[(start + length)..];
    }

    private byte[] GoodFile(int seed)
    {
        var tensors = RandomTensors.Some(seed);
        tensors["last"] = RandomTensors.Of(ScalarType.Float32, [2, 3], seed);
        _scratch.Write(tensors, new Dictionary<string, string> { ["format"] = "pt" });
        Assert.True(_scratch.TryLoadAll());
        return File.ReadAllBytes(_scratch.Path);
    }
}
